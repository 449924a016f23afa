# sucref.h - `make help` lists the targets. CC, CFLAGS, CPPFLAGS, LDFLAGS and LDLIBS from the caller win; outputs go to
# build/, each target's files to a folder of its own. SEED=7 gives every test program that seed, LIST=1 lists the tests.
CC ?= cc
CFLAGS ?= -O2
LDLIBS ?= -lm
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
B = build
C99 = -std=c99
TESTS = $(patsubst tests/test_%.c,%,$(sort $(wildcard tests/test_*.c)))
KERNELS = single eight sixteen sse2 quads constant halves rows
FLAGS_single = -DSUCREF_KERNEL=1
FLAGS_eight = -DSUCREF_KERNEL=2
FLAGS_sixteen = -DSUCREF_KERNEL=3 -DSUCREF_NO_SIMD
FLAGS_sse2 = -DSUCREF_KERNEL=3 -DSUCREF_NO_AVX2
FLAGS_quads = -DSUCREF_KERNEL=4
FLAGS_constant = -DSUCREF_CONSTANT_WORK
FLAGS_halves = -DTEST_LAYOUT=SUCREF_LAYOUT_HALVES
FLAGS_rows = -DTEST_LAYOUT=SUCREF_LAYOUT_ROWS
ONE_STOP = one one_eight one_sixteen one_quads
FLAGS_one = -DSUCREF_NO_STOPS -DTEST_ONE_STOP=1
$(foreach k,eight sixteen quads,$(eval FLAGS_one_$(k) = $(FLAGS_one) $(FLAGS_$(k))))
MODEL = examples/models/widths.sucref
PICTURES = $(wildcard examples/digits/*.png)
PGM = $(wildcard examples/digits/*.pgm)
EXAMPLES = $(basename $(notdir $(sort $(wildcard examples/[0-9]*_*.c))))
export CC CPPFLAGS CFLAGS LDFLAGS LDLIBS SEED LIST TESTS

help:
	@echo "all        the host programs: tests, tool, examples of more than a page"
	@echo "demo       classify fifty pictures of digits stop by stop, then the MNIST test images where they are"
	@echo "test       every test that needs only a C compiler (also: check); ends in: N passed, N failed;"
	@echo "           SEED=7 starts the random tests elsewhere, LIST=1 only lists them"
	@echo "examples   run the examples and compare with the output in their comments"
	@echo "scripts    networks of scikit-learn and PyTorch to models (where these are installed)"
	@echo "learners   eight learners on MNIST that send gradients at one bit a value (needs the data)"
	@echo "mpi        the devices as MPI ranks, one killed (where an MPI is installed)"
	@echo "paper      published tables beside ours: build/paper.csv and SVG figures; fails where a goal is broken"
	@echo "paper-long means of three trainings of networks nested in width, and the trainings of [AB] (hours)"
	@echo "paper-encode what senders' encoders cost, in instructions of a batch: build/encode/encode.csv (five minutes)"
	@echo "paper-mixed codes across inputs, trained and with integer workers: build/mixed/paper.csv (an hour)"
	@echo "paper-sensors  [AB] set-ups 2 and 3 trained: build/sensors/paper.csv (a quarter of an hour)"
	@echo "bench      ratios of times on this machine, cold and warm; of instructions (valgrind)"
	@echo "mcu        cross-build and run on every emulator found; digests equal the host's; CORES=m0 on some"
	@echo "evaluator  MODELS=1000 small models on every emulator found, all answers against the second evaluator's"
	@echo "bench-mcu  exact instruction counts on emulated cores: build/bench-mcu*.csv, some at -Os, without assembly;"
	@echo "           what the budget of steps is worth, their stack; CORES=m0 on some"
	@echo "size       flash and RAM by core: build/size.csv"
	@echo "gates      the counts and sizes found by bench-mcu and size against bench/gates.csv"
	@echo "warn       strict warnings, every compiler found; freestanding builds; rules for the sources;"
	@echo "           QUICK=1: fewer switches, fewer programs of sanitize, of bench-mcu layers and networks only"
	@echo "sanitize   the tests under address, undefined-behaviour and memory sanitizers"
	@echo "compilers  the exactness test under gcc, clang and tcc, -O0 to -O3; all tests on s390x and i386"
	@echo "coverage   line and branch coverage of sucref.h by the tests (gcovr)"
	@echo "fuzz       fuzz the model reader and the importer (clang's libFuzzer), RUNS=100000 TIME=0"
	@echo "mutants    how many of MAX=300 changed headers the tests notice; ROOM=net changes one room only"
	@echo "models     train the networks again and write examples/models (needs the data)"
	@echo "clean      remove build/"

$(B):
	@mkdir -p $@

# ---- host programs: build/x from build/x.o, which knows its headers by build/x.d ----
vpath %.c tests bench examples/tool examples/digits examples/training examples/cluster
PHILOX = vec qcs random
TEST_BINS = $(TESTS:%=$(B)/test_%) $(KERNELS:%=$(B)/net_%) $(KERNELS:%=$(B)/evaluator_%) \
    $(KERNELS:%=$(B)/triangular_%) $(KERNELS:%=$(B)/pictures_%) \
    $(KERNELS:%=$(B)/picture_files_%) $(ONE_STOP:%=$(B)/pictures_%) $(ONE_STOP:%=$(B)/evaluator_%) \
    $(PHILOX:%=$(B)/%_philox) $(B)/gradients_native $(B)/fuzz_replay
TOOLS = $(patsubst %,$(B)/%,sucref demo classify draw_digits train_digits train_widths train_conv train_mixed \
    learners mcu_gen reference published queue)
PAPER = $(patsubst bench/paper/%.c,$(B)/paper/%.o,$(filter-out %/check.c,$(wildcard bench/paper/*.c)))
CHECK = $(patsubst bench/paper/%.c,$(B)/paper/%,$(wildcard bench/paper/check.c))
COMPILE = $(CC) $(C99) $(FLAGS) $(CPPFLAGS) $(CFLAGS) -MD -MF $(@:.o=.d) -c -o $@ $<

LIBRARIES = $(filter-out halves rows,$(KERNELS)) $(ONE_STOP) philox
BODIES = $(patsubst %,$(B)/library%.o,$(LIBRARIES:%=_%))

all: $(TEST_BINS) $(TOOLS)
$(TEST_BINS) $(TOOLS) $(CHECK): %: %.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
# tests link the library's bodies, of their switches
$(TESTS:%=$(B)/test_%) $(foreach t,evaluator triangular pictures picture_files,$(B)/$(t)_halves $(B)/$(t)_rows): \
    $(B)/library.o
$(foreach k,$(filter-out philox,$(LIBRARIES)),$(eval $(B)/evaluator_$(k) $(B)/triangular_$(k) $(B)/pictures_$(k) \
    $(B)/picture_files_$(k): $(B)/library_$(k).o))
$(PHILOX:%=$(B)/%_philox): $(B)/library_philox.o
$(B)/gradients_native: $(B)/library.o
# answers of every family of kernels, side by side
ANSWERS = $(patsubst %,$(B)/answers_%.o,$(filter-out halves rows,$(KERNELS)))
$(B)/test_picture_bytes: $(ANSWERS)
$(ANSWERS): $(B)/answers_%.o: kernel_answers.c | $(B)
	$(COMPILE)
$(foreach k,$(filter-out halves rows,$(KERNELS)),$(eval $(B)/answers_$(k).o: FLAGS = $(FLAGS_$(k)) \
    -DANSWERS=answers_$(k)))
$(B)/library.o $(BODIES): library.c | $(B)
	$(COMPILE)
$(B)/published: $(PAPER)
$(B)/queue: $(filter %/table.o,$(PAPER))
$(TESTS:%=$(B)/test_%.o) $(TOOLS:%=%.o): $(B)/%.o: %.c | $(B)
	$(COMPILE)
$(PAPER) $(CHECK:%=%.o): $(B)/paper/%.o: bench/paper/%.c
	@mkdir -p $(@D)
	$(COMPILE)
$(KERNELS:%=$(B)/net_%.o): test_net.c | $(B)
	$(COMPILE)
$(KERNELS:%=$(B)/evaluator_%.o) $(ONE_STOP:%=$(B)/evaluator_%.o): test_evaluator.c | $(B)
	$(COMPILE)
$(KERNELS:%=$(B)/triangular_%.o): test_triangular.c | $(B)
	$(COMPILE)
$(KERNELS:%=$(B)/picture_files_%.o): test_picture_files.c | $(B)
	$(COMPILE)
$(KERNELS:%=$(B)/pictures_%.o) $(ONE_STOP:%=$(B)/pictures_%.o): test_pictures.c | $(B)
	$(COMPILE)
$(PHILOX:%=$(B)/%_philox.o): $(B)/%_philox.o: test_%.c | $(B)
	$(COMPILE)
$(B)/gradients_native.o: test_gradients.c | $(B)
	$(COMPILE)
$(B)/fuzz_replay.o: fuzz_model.c | $(B)
	$(COMPILE)
$(foreach k,$(KERNELS) $(ONE_STOP),$(eval $(B)/net_$(k).o $(B)/evaluator_$(k).o $(B)/triangular_$(k).o \
    $(B)/pictures_$(k).o $(B)/picture_files_$(k).o: FLAGS = -DTEST_LIBRARY $(FLAGS_$(k))))
$(foreach k,$(filter-out philox,$(LIBRARIES)),$(eval $(B)/library_$(k).o: FLAGS = $(FLAGS_$(k))))
$(PHILOX:%=$(B)/%_philox.o) $(B)/library_philox.o: FLAGS = -DTEST_LIBRARY -DSUCREF_PHILOX
$(TESTS:%=$(B)/test_%.o): FLAGS = -DTEST_LIBRARY
$(B)/test_picture_bytes.o: FLAGS = -DTEST_LIBRARY -DTEST_ANSWERS
$(B)/fuzz_replay.o: FLAGS = -DREPLAY
$(B)/train_digits.o: FLAGS = -ffast-math
$(B)/train_widths.o: FLAGS = -ffast-math -ftree-vectorize
NATIVE = $(shell $(CC) -march=native -x c -c -o /dev/null /dev/null 2>/dev/null && echo -march=native)
$(B)/gradients_native.o: FLAGS = -DTEST_LIBRARY $(NATIVE) # products as training has them
$(B)/train_conv.o $(B)/train_mixed.o: FLAGS = -ffast-math -ftree-vectorize $(NATIVE)
$(B)/paper/learn.o $(B)/paper/lenet.o $(B)/paper/senders.o $(B)/paper/planes.o \
    $(B)/paper/training.o $(B)/paper/encode.o $(B)/paper/air_training.o: FLAGS = -ffast-math -ftree-vectorize $(NATIVE)
$(B)/paper/sensors.o: FLAGS = -ftree-vectorize -fno-math-errno
$(B)/paper/cameras.o $(B)/paper/average.o $(B)/paper/mixed.o: FLAGS = -fno-math-errno -ftree-vectorize $(NATIVE)
%.h: ; # a header that has gone: what used it is built again
.SECONDARY:
KNOWN = $(wildcard $(B)/*.d $(B)/paper/*.d)
$(KNOWN): ;
-include $(KNOWN)

# ---- demo, tests, examples ----
demo: $(B)/demo
	@if ./$< $(MODEL) $(firstword $(PICTURES)) >/dev/null 2>&1; then ./$< $(MODEL) $(PICTURES); \
		else ./$< $(MODEL) $(PGM); fi
test tests check: $(TEST_BINS) $(B)/sucref
	@sh tests/run.sh $(TEST_BINS)
examples: | $(B)
	@sh tests/examples.sh $(EXAMPLES)
learners: $(B)/learners
	@./$< 1500
mpi: | $(B)
	@sh tests/mpi.sh
scripts: $(B)/sucref
	@sh tests/scripts.sh

# ---- published numbers, boards, counts ----
SEEDS = $(B)/widths
paper-long: $(B)/published $(B)/train_widths
	@sh bench/widths.sh $(SEEDS)
	@sh bench/trainings.sh $(B)/trainings
paper-encode: $(B)/published
	@sh bench/encode.sh $(B)/encode
paper-mixed: $(B)/published $(B)/train_mixed
	@sh bench/mixed.sh $(B)/mixed
paper-sensors: $(B)/published
	@mkdir -p $(B)/sensors
	@./$(B)/published $(B)/sensors --sensors
paper: $(B)/queue $(B)/published $(CHECK)
	@./$(B)/queue $(B) && ./$(B)/published $(B) $(if $(CHECK),&& ./$(CHECK) $(B)/paper.csv)
mcu: $(B)/mcu_gen $(B)/reference $(B)/sucref
	@sh tests/boards.sh
MODELS ?= 1000
evaluator: $(B)/mcu_gen
	@MODELS=$(MODELS) sh tests/evaluator.sh
bench-mcu: $(B)/mcu_gen $(B)/sucref
	@sh bench/mcu.sh
size: | $(B)
	@sh bench/size.sh
gates: | $(B)
	@sh bench/gates.sh
bench: $(B)/mcu_gen
	@sh bench/host.sh

# ---- quality ----
warn: | $(B)
	@sh tests/warn.sh
sanitize: | $(B)
	@sh tests/sanitize.sh
compilers: | $(B)
	@sh tests/compilers.sh
coverage: | $(B)
	@sh tests/coverage.sh
RUNS ?= 100000
fuzz: | $(B)
	@RUNS=$(RUNS) sh tests/fuzz.sh
MAX ?= 300
mutants: | $(B)
	@MAX=$(MAX) ROOM="$(ROOM)" sh tests/mutants.sh
models: $(B)/train_digits $(B)/train_widths $(B)/train_conv $(B)/sucref
	@sh examples/models/make.sh

clean:
	rm -rf $(B)

.PHONY: help all demo test tests check examples scripts learners mpi paper paper-long paper-encode paper-mixed \
    paper-sensors mcu evaluator bench-mcu size gates bench warn sanitize compilers coverage fuzz mutants models clean
