"""mutants.py MAX [ROOM] - changes one operator or constant of sucref.h at a time; how many changes do the tests notice?

Sites are taken evenly over the implementation, or over the rooms whose ruler (`/* ---- net: implementation`) holds
ROOM: the same ones every time. Each program's lines are found once (gcov); a mutant meets the programs that reach its
line, its room's own first, at -O0, then the two nearest under the address and undefined-behaviour sanitizers at -O1.
One that does not compile does not count; one that takes ten times as long as it should is noticed. Prints the
survivors."""
import concurrent.futures, glob, json, os, re, shutil, subprocess, sys, time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WORK = os.path.join(TOP, 'build', 'mutants')
CC = [os.environ.get('CC') or 'cc', '-std=c99', '-w', '-DNETS=300', '-DCASES=3000', '-DFAULTS=20000']
DATA = next((d for d in (os.environ.get('SUCREF_DATA') or '', TOP + '/data', TOP + '/../shared/data')
             if os.path.isdir(d)), '')
SANITIZED = ['-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all']
VARIANTS = [('test_net', ['-DSUCREF_KERNEL=%d' % k]) for k in (1, 2, 3, 4)] + [
    ('test_net', ['-DSUCREF_CONSTANT_WORK']), ('test_vec', ['-DSUCREF_PHILOX']),
    ('test_random', ['-DSUCREF_PHILOX']), ('fuzz_model', ['-DREPLAY'])]
RULES = [
    (r'(?<![<>=!\-])<=(?!=)', '<'), (r'(?<![<>=!\-])>=(?!=)', '>'), (r'(?<= )<(?= )', '<='), (r'(?<= )>(?= )', '>='),
    (r'(?<= )==(?= )', '!='), (r'(?<= )!=(?= )', '=='), (r'&&', '||'), (r'\|\|', '&&'),
    (r'(?<=[\w)\]]) \+ (?=[\w(])', ' - '), (r'(?<=[\w)\]]) - (?=[\w(])', ' + '), (r'(?<=[\w)\]]) \* (?=[\w(])', ' + '),
    (r'\+=', '-='), (r'-=', '+='), (r'<<(?!=)', '>>'), (r'>>(?!=)', '<<'), (r'(?<=[\w)\]]) \^ (?=[\w(])', ' & '),
    (r'(?<=[\w)\]]) & (?=[\w(])', ' | '), (r'\b0U?\b(?![x.])', '1'), (r'(?<![\w.])[1-9]\d*U?\b(?![\w.])', None),
    (r'\breturn 1;', 'return 0;'), (r'\breturn 0;', 'return 1;')]
SUCREF_BARRIER = (r'\bSUCREF_BARRIER\(\);', ';')


class Program:
    """One test program: what it is built from, the lines of sucref.h that it reaches, and how long it takes."""

    def __init__(self, number, name, flags):
        self.name, self.flags, self.folder = name, flags, os.path.join(WORK, 'lines%d' % number)
        self.title = ' '.join([name] + flags)
        self.lines, self.seconds = None, 4.0

    def build(self, folder, flags):
        c = CC + flags + self.flags + [os.path.join('tests', self.name + '.c'), '-o', 't', '-lm']
        return subprocess.run(c, cwd=folder, capture_output=True).returncode == 0

    def run(self, folder, limit):
        env = dict(os.environ, TEST_DIR=folder, SUCREF_DATA=DATA)
        try:
            return subprocess.run(['./t'], cwd=folder, env=env, capture_output=True, timeout=limit).returncode == 0
        except subprocess.TimeoutExpired:
            return False

    def find_lines(self, text):
        """Which lines are reached, and how long that takes; every line where gcov cannot say."""
        copy_tree(self.folder, text)
        if not self.build(self.folder, ['-O0', '--coverage']):
            sys.exit('mutants: %s does not build' % self.title)
        start = time.time()
        if not self.run(self.folder, 120):
            sys.exit('mutants: %s fails unchanged' % self.title)
        self.seconds = time.time() - start
        data = glob.glob(os.path.join(self.folder, '*.gcda'))
        out = subprocess.run(['gcov', '--json-format', '--stdout'] + data, cwd=self.folder, capture_output=True) \
            if data and shutil.which('gcov') else None
        if out and out.returncode == 0:
            self.lines = set()
            for f in json.loads(out.stdout.splitlines()[0])['files']:
                if os.path.basename(f['file']) == 'sucref.h':
                    self.lines |= {line['line_number'] for line in f['lines'] if line['count']}
        shutil.rmtree(self.folder)

    def reaches(self, line, known):
        return self.lines is None or line in self.lines or line not in known


def copy_tree(folder, text):
    """A tree of its own: the changed header, the tests, the rest by links."""
    os.makedirs(os.path.join(folder, 'tests'))
    for f in glob.glob(os.path.join(TOP, 'tests', '*.[ch]')):
        shutil.copy(f, os.path.join(folder, 'tests'))
    os.symlink(os.path.join(TOP, 'examples'), os.path.join(folder, 'examples'))
    os.symlink(os.path.join(TOP, 'bench'), os.path.join(folder, 'bench'))
    with open(os.path.join(folder, 'sucref.h'), 'w') as f:
        f.write(text)


def rooms(text):
    """(first line, name) of every room of the implementation."""
    start = text.index('End of the API')
    found = [(text.count('\n', 0, m.start()) + 1, m.group(1).strip())
             for m in re.finditer(r'^/\* ---- (.*?)(?: -{4,}.*)?(?: \*/)?$', text, re.M) if m.start() > start]
    return found or [(1, 'all')]


def room_of(line, found):
    return [name for first, name in found if first <= line][-1] if line >= found[0][0] else ''


def sites(text, found, wanted):
    blank = re.compile(r'/\*.*?\*/|"[^"\n]*"|^[ \t]*#[^\n]*(?:\\\n[^\n]*)*', re.S | re.M)
    masked = blank.sub(lambda m: re.sub(r'[^\n]', ' ', m.group()), text)
    out = set()
    for pattern, new in RULES + [SUCREF_BARRIER]:
        for m in re.finditer(pattern, masked):
            line = text.count('\n', 0, m.start()) + 1
            if wanted in room_of(line, found) and line >= found[0][0]:
                out.add((m.start(), m.end(), '(%s + 1)' % m.group() if new is None else new, line))
    return sorted(out)


def order(programs, line, room, lines_of_room, known):
    """The programs that reach a line: those named as the room, then those that do little else than this room."""
    word = re.split(r'\W', room)[0]

    def key(p):
        share = len(p.lines & lines_of_room) / (len(p.lines) + 1.0) if p.lines is not None else 0
        return (p.name != 'test_' + word, -round(share, 2), p.seconds)
    return sorted((p for p in programs if p.reaches(line, known)), key=key)


def noticed(number, text, site, programs):
    a, b, new, _ = site
    folder = os.path.join(WORK, str(number))
    copy_tree(folder, text[:a] + new + text[b:])
    result = 'survived'
    for flags, some in ((['-O0'], programs), (SANITIZED, programs[:2])):
        for p in some:
            if not p.build(folder, flags):
                result = 'nocompile'
            elif not p.run(folder, 3 + 10 * p.seconds):
                result = 'noticed'
            if result != 'survived':
                break
        if result != 'survived':
            break
    shutil.rmtree(folder)
    return result


def main():
    most, wanted = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ''
    text = open(os.path.join(TOP, 'sucref.h')).read()
    found = rooms(text)
    all_sites = sites(text, found, wanted)
    if not all_sites:
        sys.exit('mutants: no room %s; there are: %s' % (wanted, '; '.join(name for _, name in found)))
    names = sorted(os.path.basename(f)[:-2] for f in glob.glob(os.path.join(TOP, 'tests', 'test_*.c')))
    programs = [Program(n, *p) for n, p in enumerate([(name, []) for name in names] + VARIANTS)]
    shutil.rmtree(WORK, ignore_errors=True)
    start = time.time()
    count = {'noticed': 0, 'survived': 0, 'nocompile': 0}
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get('JOBS') or os.cpu_count())) as pool:
        list(pool.map(lambda p: p.find_lines(text), programs))
        known = set().union(*(p.lines or set() for p in programs))
        room = {n + 1: room_of(n + 1, found) for n in range(text.count('\n') + 1)}
        chosen = [all_sites[k * len(all_sites) // min(most, len(all_sites))] for k in range(min(most, len(all_sites)))]
        print('%d programs read in %.0f s; %d of %d changes' % (len(programs), time.time() - start, len(chosen),
                                                              len(all_sites)), flush=True)
        jobs = []
        for n, site in enumerate(chosen):
            lines = {at for at in known if room[at] == room[site[3]]}
            jobs.append(pool.submit(noticed, n, text, site, order(programs, site[3], room[site[3]], lines, known)))
        for site, job in zip(chosen, jobs):
            a, b, new, line = site
            result = job.result()
            count[result] += 1
            if result == 'survived':
                source = text[text.rfind('\n', 0, a) + 1:text.find('\n', a)].strip()
                print('sucref.h:%d: `%s` -> `%s` survived: %s' % (line, text[a:b], new, source[:110]), flush=True)
    total = count['noticed'] + count['survived']
    print('%d of %d mutants noticed (%.1f %%), %d did not compile, %.0f s' % (
        count['noticed'], total, 100.0 * count['noticed'] / max(1, total), count['nocompile'], time.time() - start))


main()
