# sucref.h - `make help` lists the targets. CC and CFLAGS from the caller win; outputs go to build/.
CC ?= cc
CFLAGS ?= -O2
B = build
C99 = -std=c99
TESTS = partition linear net model softmax prepare units writer npz certified random dither nested vec outer air thesis parity fusion split import picture
KERNELS = single eight sixteen quads constant
FLAGS_single = -DSUCREF_KERNEL=1
FLAGS_eight = -DSUCREF_KERNEL=2
FLAGS_sixteen = -DSUCREF_KERNEL=3
FLAGS_quads = -DSUCREF_KERNEL=4
FLAGS_constant = -DSUCREF_CONSTANT_WORK
MODEL = examples/models/digits.sucref
PICTURES = $(wildcard examples/digits/*.png)
PGM = $(wildcard examples/digits/*.pgm)
HEADERS = sucref.h $(wildcard examples/*/*.h bench/*.h tests/*.h)
EXAMPLES = $(basename $(notdir $(sort $(wildcard examples/[0-9]*_*.c))))

help:
	@echo "demo       classify fifty pictures of digits stop by stop, then the MNIST test images where they are"
	@echo "test       every test that needs only a C compiler; ends in: N passed, N failed"
	@echo "examples   run the examples and compare with the output in their comments"
	@echo "learners   eight learners on MNIST that send gradients at one bit a value (needs the data)"
	@echo "mpi        the devices as MPI ranks, one killed (where an MPI is installed)"
	@echo "paper      published tables beside ours: build/paper.csv and SVG figures"
	@echo "bench      instruction ratios on this machine (valgrind)"
	@echo "mcu        cross-build and run on every emulator found"
	@echo "bench-mcu  exact instruction counts on emulated cores: build/bench-mcu.csv"
	@echo "size       flash and RAM by core"
	@echo "warn       strict warnings, every compiler found; freestanding builds"
	@echo "sanitize   the tests under address, undefined-behaviour and memory sanitizers"
	@echo "compilers  the exactness test under gcc and clang, -O0, -O2, -O3, i386"
	@echo "coverage   line and branch coverage of sucref.h by the tests (gcovr)"
	@echo "fuzz       fuzz the model reader (clang's libFuzzer), RUNS=100000"
	@echo "mutants    how many of MAX=300 changed headers the tests notice"
	@echo "models     train the networks again and write examples/models (needs the data)"
	@echo "clean      remove build/"

$(B):
	@mkdir -p $(B)/mcu

# ---- demo and tools ----
$(B)/sucref: examples/tool/sucref.c $(HEADERS) | $(B)
	$(CC) $(C99) $(CFLAGS) $(LDFLAGS) -o $@ $< -lm
$(B)/demo $(B)/classify: $(B)/%: examples/digits/%.c $(HEADERS) | $(B)
	$(CC) $(C99) $(CFLAGS) $(LDFLAGS) -o $@ $< -lm
$(B)/draw_digits $(B)/train_digits: $(B)/%: examples/training/%.c $(HEADERS) | $(B)
	$(CC) $(C99) -O3 -ffast-math $(CFLAGS) $(LDFLAGS) -o $@ $< -lm

demo: $(B)/demo
	@if ./$(B)/demo $(MODEL) $(firstword $(PICTURES)) >/dev/null 2>&1; then ./$(B)/demo $(MODEL) $(PICTURES); else ./$(B)/demo $(MODEL) $(PGM); fi

# ---- tests ----
$(B)/test_%: tests/test_%.c $(HEADERS) | $(B)
	$(CC) $(C99) $(CFLAGS) $(LDFLAGS) -o $@ $< -lm
$(B)/net_%: tests/test_net.c $(HEADERS) | $(B)
	$(CC) $(C99) $(CFLAGS) $(FLAGS_$*) $(LDFLAGS) -o $@ $< -lm
$(B)/fuzz_replay: tests/fuzz_model.c $(HEADERS) | $(B)
	$(CC) $(C99) $(CFLAGS) -DREPLAY $(LDFLAGS) -o $@ $< -lm

$(B)/vec_philox: tests/test_vec.c $(HEADERS) | $(B)
	$(CC) $(C99) $(CFLAGS) -DSUCREF_PHILOX $(LDFLAGS) -o $@ $< -lm

TEST_BINS = $(TESTS:%=$(B)/test_%) $(KERNELS:%=$(B)/net_%) $(B)/vec_philox $(B)/fuzz_replay
test check: $(TEST_BINS) $(B)/sucref
	@CC="$(CC)" CFLAGS="$(CFLAGS)" sh tests/run.sh $(TEST_BINS)

# ---- examples ----
examples: | $(B)
	@CC="$(CC)" CFLAGS="$(CFLAGS)" sh tests/examples.sh $(EXAMPLES)

learners: | $(B)
	@$(CC) $(C99) $(CFLAGS) $(LDFLAGS) -o $(B)/learners examples/cluster/learners.c -lm && \
		for d in $${SUCREF_DATA:-data} ../shared/data; do [ -d $$d/mnist ] && break; done; ./$(B)/learners $$d

mpi: | $(B)
	@if ! command -v mpicc >/dev/null 2>&1; then echo "skipped: mpi (Debian: openmpi-bin libopenmpi-dev)"; exit 0; fi; \
		OMPI_CC="$(CC)" mpicc $(C99) $(CFLAGS) $(LDFLAGS) -o $(B)/mpi examples/cluster/mpi.c -lm && \
		OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 timeout 60 mpirun --oversubscribe --enable-recovery -n 6 ./$(B)/mpi 2>/dev/null | tee $(B)/mpi.out; \
		grep -q ': 60 exact at the last stop' $(B)/mpi.out && echo "1 passed, 0 failed" || { echo "0 passed, 1 failed"; exit 1; }

# ---- published numbers ----
$(B)/published: bench/published.c $(HEADERS) | $(B)
	$(CC) $(C99) $(CFLAGS) $(LDFLAGS) -o $@ $< -lm
$(B)/queue: bench/queue.c $(HEADERS) | $(B)
	$(CC) $(C99) $(CFLAGS) $(LDFLAGS) -o $@ $< -lm
paper: $(B)/queue $(B)/published
	@./$(B)/queue $(B) && ./$(B)/published $(B)

# ---- boards and counts ----
$(B)/mcu_gen: tests/mcu_gen.c $(HEADERS) | $(B)
	$(CC) $(C99) $(CFLAGS) $(LDFLAGS) -o $@ $< -lm
mcu: $(B)/mcu_gen $(B)/sucref
	@CC="$(CC)" sh bench/mcu.sh run
bench-mcu: $(B)/mcu_gen $(B)/sucref
	@CC="$(CC)" sh bench/mcu.sh count
size: | $(B)
	@sh bench/size.sh
bench: | $(B)
	@CC="$(CC)" CFLAGS="$(CFLAGS)" sh bench/host.sh

# ---- quality ----
warn: | $(B)
	@sh tests/warn.sh
sanitize: | $(B)
	@TESTS="$(TESTS)" sh tests/sanitize.sh
compilers: | $(B)
	@TESTS="$(TESTS)" sh tests/compilers.sh
coverage: | $(B)
	@TESTS="$(TESTS)" sh tests/coverage.sh
RUNS ?= 100000
fuzz: | $(B)
	@RUNS=$(RUNS) sh tests/fuzz.sh
MAX ?= 300
mutants: | $(B)
	@MAX=$(MAX) sh tests/mutants.sh

models: $(B)/train_digits $(B)/sucref
	@sh examples/models/make.sh

clean:
	rm -rf $(B)

.PHONY: help demo test check examples learners mpi paper mcu bench-mcu size bench warn sanitize compilers coverage fuzz mutants models clean
