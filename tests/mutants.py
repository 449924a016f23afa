"""mutants.py MAX - changes one operator or constant of sucref.h at a time and counts how many changes the tests notice.

Sites are taken evenly over the implementation (the same ones every time). A mutant that does not compile does not
count; one that runs into the time limit is noticed. The tests run under the address and undefined-behaviour sanitizers.
Prints the survivors."""
import concurrent.futures, os, re, shutil, subprocess, sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAMS = [('net', []), ('net', ['-DSUCREF_KERNEL=2']), ('net', ['-DSUCREF_KERNEL=4']), ('model', []), ('prepare', []), ('partition', []), ('linear', []), ('softmax', []), ('random', []), ('random', ['-DSUCREF_PHILOX']), ('dither', []), ('nested', []), ('vec', []), ('outer', []), ('air', []), ('parity', []), ('fusion', []), ('split', []), ('thesis', []), ('certified', []), ('import', [])]
CC = ['cc', '-std=c99', '-w', '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-DNETS=300', '-DCASES=3000', '-DFAULTS=20000']
RULES = [(r'(?<![<>=!\-])<=(?!=)', '<'), (r'(?<![<>=!\-])>=(?!=)', '>'), (r'(?<= )<(?= )', '<='), (r'(?<= )>(?= )', '>='),
         (r'(?<= )==(?= )', '!='), (r'(?<= )!=(?= )', '=='), (r'&&', '||'), (r'\|\|', '&&'), (r'(?<=[\w)\]]) \+ (?=[\w(])', ' - '),
         (r'(?<=[\w)\]]) - (?=[\w(])', ' + '), (r'(?<=[\w)\]]) \* (?=[\w(])', ' + '), (r'\+=', '-='), (r'-=', '+='), (r'<<(?!=)', '>>'),
         (r'>>(?!=)', '<<'), (r'(?<=[\w)\]]) \^ (?=[\w(])', ' & '), (r'(?<=[\w)\]]) & (?=[\w(])', ' | '), (r'\b0U?\b(?![x.])', '1'),
         (r'(?<![\w.])[1-9]\d*U?\b(?![\w.])', None), (r'\breturn 1;', 'return 0;'), (r'\breturn 0;', 'return 1;')]

def sites(text):
    blank = re.compile(r'/\*.*?\*/|"[^"\n]*"|^[ \t]*#[^\n]*(?:\\\n[^\n]*)*', re.S | re.M)
    masked = blank.sub(lambda m: re.sub(r'[^\n]', ' ', m.group()), text)
    start = masked.index('static inline uint32_t sucref_i_u32')
    out = set()
    for pattern, new in RULES:
        for m in re.finditer(pattern, masked):
            if m.start() >= start:
                out.add((m.start(), m.end(), '(%s + 1)' % m.group() if new is None else new))
    return sorted(out)

def noticed(job):
    number, text, (a, b, new) = job
    d = os.path.join(TOP, 'build', 'mutants', str(number))
    os.makedirs(os.path.join(d, 'tests'), exist_ok=True)
    os.makedirs(os.path.join(d, 'build'), exist_ok=True)
    for f in os.listdir(os.path.join(TOP, 'tests')):
        if f.endswith(('.c', '.h')): shutil.copy(os.path.join(TOP, 'tests', f), os.path.join(d, 'tests', f))
    for top in ('examples', 'bench'): os.symlink(os.path.join(TOP, top), os.path.join(d, top))
    with open(os.path.join(d, 'sucref.h'), 'w') as f: f.write(text[:a] + new + text[b:])
    result = 'survived'
    for p, flags in PROGRAMS:
        cc = subprocess.run(CC + flags + ['tests/test_%s.c' % p, '-o', 't', '-lm'], cwd=d, capture_output=True)
        if cc.returncode: result = 'nocompile'; break
        try: rc = subprocess.run(['./t'], cwd=d, capture_output=True, timeout=40).returncode
        except subprocess.TimeoutExpired: rc = 1
        if rc: result = 'noticed'; break
    shutil.rmtree(d)
    return result, a, text[a:b], new

def main():
    text = open(os.path.join(TOP, 'sucref.h')).read()
    found = sites(text)
    step = max(1, len(found) // int(sys.argv[1]))
    jobs = [(n, text, s) for n, s in enumerate(found[::step])]
    shutil.rmtree(os.path.join(TOP, 'build', 'mutants'), ignore_errors=True)
    count = {'noticed': 0, 'survived': 0, 'nocompile': 0}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for result, at, old, new in pool.map(noticed, jobs):
            count[result] += 1
            if result == 'survived':
                print('sucref.h:%d: `%s` -> `%s` survived: %s' % (text.count('\n', 0, at) + 1, old, new, text[text.rfind('\n', 0, at) + 1:text.find('\n', at)].strip()[:110]), flush=True)
    total = count['noticed'] + count['survived']
    print('%d of %d mutants noticed (%.1f %%), %d did not compile' % (count['noticed'], total, 100.0 * count['noticed'] / max(1, total), count['nocompile']))

main()
