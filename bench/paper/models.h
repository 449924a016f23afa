/* models.h - the networks of examples/models as floats and as model files. Every call of the tool's preparation
 * (quantize, calibrate, certify, thresholds, parts) but the imported model's is in models.c, as is the program's one
 * implementation of sucref.h. */
#ifndef SUCREF_BENCH_MODELS_H
#define SUCREF_BENCH_MODELS_H
#include "../../examples/tool/npz.h"
#define SUCREF_HOST
#include "../../sucref.h"

enum { STOPS = 4, CALIBRATE = 2000 };


/* examples/models/NAME.npz; ends the program where it is missing */
void models_read(npz *z, const char *name);

/* NAME quantized with one digit per width of `plan`, calibrated on the first 2,000 validation pictures; free() the
 * result, which m reads */
uint8_t *models_quantized(sucref_model *m, const char *name, float clip, int cut_input, const char *plan);
/* the network in `path`, nested in width, with the bits of its groups at each stop as `sucref quantize --schedule`
 * takes them; schedule NULL: a plain one */
uint8_t *models_nested(sucref_model *m, const char *path, const char *plan, const char *schedule);
/* m with exit thresholds from the validation pictures, the first 2,000 of which choose and the others bound the risk at
 * 95 % confidence, as `sucref calibrate --max-disagree RISK` does; opened again as m */
uint8_t *models_with_exits(sucref_model *m, double risk);
/* m less its first `skipped` stops, calibrated again and with bounds, opened again as m */
uint8_t *models_certified(sucref_model *m, unsigned skipped);

/* examples/models/NAME.sucref, opened as m; free() the result */
uint8_t *models_shipped(sucref_model *m, const char *name);

/* what `sucref split` makes of a model's first `layers` layers: bytes and most multiply-adds, all stops of all parts,
 * of the data parts and of the parity parts */
typedef struct { double bytes[2], macs[2]; } parts_cost;
parts_cost models_parts(const sucref_model *m, unsigned layers, unsigned n, unsigned r, unsigned protect);

int models_is_right(const sucref_answer *a, size_t picture);
#endif
