# mutants.sh - how many of MAX changed headers the tests notice
command -v python3 >/dev/null 2>&1 || { echo "skipped: no python3 (Debian: python3)"; exit 0; }
python3 tests/mutants.py ${MAX:-300}
