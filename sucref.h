/* sucref.h - v0.1.0 - successive refinement for microcontrollers: answers that exist early and end exact.
 * SPDX-License-Identifier: MIT OR Unlicense                                (full licence at the end of the file)
 *
 * SYNOPSIS
 *
 *     #define SUCREF_IMPLEMENTATION          // in one source file
 *     #include "sucref.h"
 *
 *     sucref_model m;  sucref_net net;  sucref_answer a;  int status;
 *     static uint32_t work[DIGITS_WORK_LEN];                      // from `sucref emit-c --name digits`, as the bytes
 *     sucref_model_open(&m, digits_model.bytes, DIGITS_BYTES, NULL);
 *     sucref_net_init(&net, &m, work, DIGITS_WORK_LEN);
 *     sucref_net_set_input(&net, pixels, sizeof pixels);
 *     do { status = sucref_net_step(&net, 5000); }                // in slices; an error or the end leaves the loop
 *     while ((status == SUCREF_MORE || status == SUCREF_STOP) && time_is_left());
 *     if (sucref_net_answer(&net, &a) == SUCREF_OK) { use(a.logits, a.stop); }
 *
 * A neural network of dense layers gives a usable answer early and refines it until it equals the unmodified int8
 * network bit for bit. By width: neurons come in groups that read few inputs, so that the first answer costs a few per
 * cent of the multiplications and bytes and no work is thrown away; networks are trained for that, or their neurons
 * sorted. By bits: weights come in digit planes, most significant first, which saves bytes (a radio, a serial flash, a
 * cache) before multiplications: a first plane of 4 bits costs about as many as a whole pass. Or both, freely mixed.
 * Beside it: vectors as short, unbiased frames for a radio, and exact outputs of devices that are late, lost or wrong.
 * Integers only, the caller's memory, no global state, no libc (a compiler may place calls to memcpy, memmove, memset
 * and memcmp).
 *
 * CONTENTS
 *     status      sucref_status_text; what functions return
 *     partition   digits of numbers [SR] Algorithm 1
 *                 sucref_partition, sucref_join
 *     schedule    order of the digit products [SR] Definition 2
 *                 sucref_schedule
 *     linear      y = Wx + b by digit products, with bounds
 *                 sucref_linear_init, _step, _bound, _rest
 *     model       the file, read in place
 *                 sucref_model_open, _check, _extend, _layer, _tensor, _group, _stop, _stop_group, _scales, _cost
 *     net         the engine
 *                 sucref_net_work_len, _init, _set_input, _set_input_bits, _start_at, _step, _run, _quantum, _answer,
 *                 _read, sucref_argmax, sucref_margin, sucref_softmax
 *     exit        when an answer is settled
 *                 sucref_model_exit, sucref_settled, sucref_settled_gray, sucref_net_proved, _proof_len
 *     dither      unbiased quantizers [AB]
 *                 sucref_stream_init, sucref_random, sucref_grid_for, sucref_int16, sucref_int32,
 *                 sucref_dither_encode, _decode, sucref_dither_onebit_, sucref_dither_nested_, sucref_combine_weights,
 *                 sucref_combine
 *     hadamard    projections, sums over the air, products of factors [AB]
 *     and qcs     sucref_hadamard, sucref_fold, sucref_unfold, sucref_qcs_best, sucref_feedback_add, _keep,
 *                 sucref_air_encode, _power, sucref_outer
 *     syndromes   planes of indices for a receiver that has other workers' [AB]
 *                 sucref_syndrome_encode, _row
 *     vec         a vector as a frame of few bits
 *                 sucref_vec_ratio_for_bits, _for_error, sucref_vec_encode, _decode
 *     parity      outputs of lost or wrong devices [CDC]
 *                 sucref_parity_coefficient, _rows, sucref_recovery_plan, sucref_recover, sucref_parity_check
 *     mix         answers for K inputs from any R of N workers that see mixtures of them [CIC]
 *                 sucref_mix_encode, _plan, _decode
 *     fusion      which stop of which job is complete
 *                 sucref_shard_pack, _open, sucref_fusion_work_len, _init, _begin, _take, _stops, _release, _close
 *     shards      what one device of many sends, and a layer from all of it
 *                 sucref_shard_sums, sucref_layer_finish, sucref_layer_planes, sucref_net_share
 *     exchange    a network over devices that tell each other a few activations [AB]
 *                 sucref_exchange_open, _work_len, _init, _begin, _step, _take, _send, _give, _wants,
 *                 _answer, sucref_notice_pack
 *     writer      models from integers and back, parts of layers for devices; with SUCREF_HOST
 *                 sucref_model_write, sucref_model_spec_of, sucref_part_write
 *
 * CONFIGURATION (define before including; none changes a type or a signature)
 *     SUCREF_IMPLEMENTATION   bodies in this one source file; a repeat is harmless
 *     SUCREF_STATIC           private bodies in every file that includes it; implies the above
 *     SUCREF_API              linkage of public functions; default `extern`, or `static inline` under SUCREF_STATIC
 *     SUCREF_HOST             adds the writer; integers only, no libc, too
 *     SUCREF_KERNEL           a family of kernels in place of the target's own: SUCREF_SINGLE one product at a time
 *                             (the slow, obvious twin); SUCREF_PAIRS two rows per multiply with the sums of sixteen
 *                             rows in registers, and halves (METHOD 4) where the core has DSP instructions, rows in
 *                             their place where it has MVE (Helium);
 *                             SUCREF_PAIRS_8 of eight, for Cortex-M0; SUCREF_QUADS one product at a time, four rows
 *                             in registers, for 8-bit cores
 *     SUCREF_NO_SIMD          no SSE2 and no AVX2 in pairs: on x86-64 SSE2 multiplies whole weights and digits of 3 and
 *                             4 bits, AVX2 whole weights, where gcc or clang compiles and SUCREF_READ_U8 is not
 *                             defined; SUCREF_NO_AVX2 leaves out AVX2, which hosted builds ask the processor for
 *     SUCREF_NO_MVE           no MVE: Cortex-M55 and M85 read halves as M33 does; with it, rows. MVE is used where gcc
 *                             compiles for it (__ARM_FEATURE_MVE), unless SUCREF_NO_ASM; start-up turns it on (CPACR)
 *     SUCREF_NO_ASM           no assembly: inner loops for Cortex-M are assembly where words are read as they lie
 *                             (SUCREF_READ_U8 and SUCREF_READ_U32 are not defined), those for ATmega where
 *                             SUCREF_READ_U8(p) is defined as pgm_read_byte(p) and nothing else
 *     SUCREF_CONSTANT_WORK    work no longer depends on the data: no zero skipping, no unchanged-layer shortcuts; quads
 *                             in place of pairs
 *     SUCREF_READ_U8(p)       how a model byte is read; define as pgm_read_byte(p) for AVR flash
 *     SUCREF_READ_U32(p)      how four bytes, least significant first, at a multiple of 4 are read; optional
 *     SUCREF_BARRIER()        ordering between an answer and its publication; default a compiler barrier
 *     SUCREF_ASSERT(cond)     internal invariants; default nothing
 *     SUCREF_NO_PICTURES      leaves out all kinds of layers but dense ones of vectors: files with others do not open
 *     SUCREF_NO_STOPS         leaves out stops: only files of one stop and whole weights open, as `sucref import` makes
 *                             without --plan, on Cortex-M with DSP or MVE instructions in that target's layout (METHOD
 *                             4); a third of dense layers' code goes, there half (`make size`)
 *     SUCREF_NO_CHECKS        sucref_model_open believes all but the header and which stops are there: for a model in
 *                             the program that opened with the checks, and these switches, on a host; any other file
 *                             may do any harm, and the writer misses what it leaves to opening
 *     SUCREF_NO_DITHER        leaves out the bodies of dither, hadamard, qcs, syndromes and vec
 *     SUCREF_NO_PARITY        leaves out the bodies of parity, mix, fusion, shards and exchange
 *     SUCREF_PHILOX           dithers from Philox2x32-7 in place of mix2 (both ends must agree; frames say so)
 *     SUCREF_NO_STATUS_TEXT   no text for status codes and faults
 *
 * METHOD
 *
 * Sources: [SR] Esfahanizadeh, Cohen, Shamai, Medard, "Successive Refinement in Large-Scale Computation",
 * arXiv 2402.07229, with the corrections named at each function.
 *
 * 1. Digits of a weight. A weight w in -127..127 of a row with shift s, 0..7, is seen as the unsigned byte
 *
 *        v = w * 2^s + 128        1 <= v <= 255        s as stored, best the largest that keeps |w| * 2^s <= 127
 *
 *    and cut from the top into the digits of the layer's plan. For the plan 4,4:
 *
 *         bit of v    7 6 5 4 | 3 2 1 0
 *                     plane 0 | plane 1
 *
 *    With b bits known and k = 8 - b missing, u the unsigned input and S = sum(u), the accumulator of a row is
 *
 *        acc = sum_c (floor(v_c / 2^k) * 2^k - 128) * u_c
 *
 *    Both sums go over the layer's first columns, as many as the row's group reads and are not absent. acc is exact in
 *    32 bits because columns * 128 * 255 + |bias| < 2^31, which sucref_model_open checks. The plan `8` reads no row
 *    shift: s = 0.
 *
 * 2. A row's value at a stop, from integers in the file, z = pre-activation in units of the full network:
 *
 *        b = 8           z = bias + acc / 2^s         exact where every w * 2^s fits, else rounded down
 *        0 < b < 8       z = beta + floor((alpha * acc + gamma * S) / 2^12)            calibrated, per row and stop
 *        0 < b < 8       the same with alpha = 4096 / 2^s, gamma = (2^max(k-s,0) - 1) * 2048, beta = bias
 *                        where the file has no correction: the missing bits are read at their centre
 *        b = 0           the neuron's activation is a constant of the file, as it stands; its logit is 0
 *        absent          0 bits and no constants: nothing is computed, and what reads the neuron reads 0
 *
 *    At early stops rows of 8 bits can have a correction, too, in place of the first line: for columns that are absent.
 *    Of a hidden layer the last groups can be absent until the stop that gives them a value, of the last layer heads.
 *    bias already holds -zero_point * sum(w). z is clamped to int32. gamma is an int32 (the centre of seven missing
 *    bits is 260,096 and fits no int16). A plan `b+8` has a coarse plane of its own, cut from rows that may saturate,
 *    and the full weights unshifted as its second plane; then s is the coarse plane's shift and the last stop
 *    has s = 0.
 *
 * 3. Activations are unsigned bytes u, real value (u - zero_point) * scale, so that the zero of a ReLU is u = 0. From z
 *    with a row's multiplier M and exponent e, all divisions rounded down:
 *
 *        TFLITE  R = ((clamp32(z * 2^max(e, 0)) * M + 2^30) / 2^31) / 2^max(-e, 0), the last to the nearest, halves
 *                away from 0: the double rounding of the TensorFlow Lite Micro reference (Jacob et al., arXiv
 *                1712.05877)
 *        FLOOR   R = z / 2^e             ROUND   R = (z + 2^e / 2) / 2^e, all R clamped to int32
 *
 *        LEAKY   R = (R * slope + 2^14) / 2^15 where R < 0
 *        TABLE   R = ((2048 - f) t[i] + f t[i + 1] + 2^18) / 2^19, i and f quotient and rest of clamp16(R) + 2^15 by
 *                2^11, and 128 in place of the zero point
 *
 *        u = clamp(R + zero_point, lo, hi),  and with LOOKUP the byte lookup[u]; RELU and RELU6 are no more than lo, hi
 *
 *    A model may end in a softmax of its last layer's u (sucref_softmax); the logits are the z before all this. The
 *    value of row r of the last layer is output order[r] of the answer.
 *
 * 4. Planes in memory. Digits of width 1, 2, 3..4, 5..8 occupy slots of B = 1, 2, 4, 8 bits. Rows, rounded up to
 *    a multiple of 4, are cut into the largest blocks that fit, of R = 16 (but for slots of 8 bits), 8 and 4 rows, each
 *    in whole words; added rows hold v = 128, bits of a slot above its digit are 0. Inside a block columns follow one
 *    another, R * B bits each; a 32-bit little-endian word is
 *
 *        bit   31          16 15           0        low half: the first half of the word's rows, B bits each, upwards
 *             | row h..2h-1  | row 0..h-1   |       high half: the other half; h = rows in the word / 2
 *
 *    R * B = 64: two words per column, the first half of the rows in the first. R * B < 32: several columns per word,
 *    in each half the first column lowest. So one multiplication of a masked word by u makes the products of two rows,
 *    in fields of 16 bits. A run of columns ends (a chunk) before a field could overflow: for digits of w bits when
 *    (2^w - 1) * sum(u) would pass 65535, for full bytes, whose fields start at 32768 - 128 * sum(x), when
 *    sum(max_c |x_c|) would pass 32767, max_c the largest |w| of the column, or of the layer. x = u, or u - zero point:
 *    what is quiet then costs nothing, and what is not makes short sums. The sum(w) of the file's rows make up for it.
 *    Where chunks would be so short that they do not pay, products are made one at a time, at a fixed cost.
 *
 *    In files of plane layout 1 (halves), for cores that multiply two halfwords by two at once, planes of 8 bits of
 *    DENSE and CONV are packed otherwise: rows and columns are filled up to multiples of 4 with weights of 0; 4 rows
 *    of 4 columns are four words, rows 0, 1 and then rows 2, 3 of columns 0 | 2, the same of columns 1 | 3; | parts
 *    low and high half, and a half is w_upper * 2^8 + w_lower mod 2^16 of its two rows, the lower one first. Cores
 *    with another family of kernels refuse these files, hosts read all layouts.
 *
 *    In files of plane layout 2 (rows), for cores that multiply sixteen bytes by sixteen at once, all planes of DENSE
 *    and CONV are packed otherwise. Columns are filled up to a multiple of 16 and rows to one of 4, in slots of 1 bit
 *    one of 8, with v = 128. A byte holds 8 / B rows, the first one lowest; a line is sixteen of them, of as many
 *    columns. The lines of 4 (8) rows follow one another, then come those of the next sixteen columns, and at last
 *    those of the next 4 (8) rows. Kernels multiply u, filled up with 0, by unsigned digits, at a fixed cost; the
 *    sums of bytes that hold several rows are taken apart at the end.
 *
 * 5. Stops. Stop t uses bits[t][group] of each row group and in_bits[t] of the input (for in_bits = i < 8 an input
 *    u is read as 0 if u < 2^(8-i), else as the centre (floor(u / 2^(8-i)) + 1/2) * 2^(8-i)). All are non-decreasing,
 *    and at the last stop all are 8. Column c of the first layer is input c, or input input_order[c].
 *
 *    Groups of few columns are the other way to refine: where the rows of early groups read only inputs that are there
 *    early, in every layer, nothing is computed twice: the products of all stops are those of one pass. Where the last
 *    layer has more rows than the model has outputs, each of its groups is a head, a set of all outputs, and the answer
 *    of a stop is the head that it names. The first stop names head 0, every other one the same as before or the next,
 *    the last one the last; a head has 8 bits at the last stop that names it, and is absent where it is not named.
 *
 *    Of a layer's input the lowest column that changed since the stop before is known. A group that ends before it is
 *    left as it is, and so is the first layer's list of inputs where the file says that it is kept. Where it says that
 *    accumulators are kept, a group whose columns did not change adds only its new plane, and one of unchanged bits
 *    only the changed columns, when that is less. Every other group is computed again. All give the same integers.
 *
 * 6. Pictures. A tensor is height x width x channels bytes, channels lowest: value (y, x, c) is byte
 *    (y * width + x) * channels + c. A layer reads one tensor, or two, and writes one; layer by layer, in the file's
 *    order. For output (y, x) tap (i, j) of a kernel is input (y * stride_h + i * dilation_h - pad_top,
 *    x * stride_w + j * dilation_w - pad_left); outside the picture it is the tensor's zero point.
 *
 *        DENSE      the rows of 1 to 3; its columns are the bytes of its input, its rows those of its output. Groups
 *                   read all of an input that is no vector
 *        CONV       the same at every (y, x): column (i * kernel_w + j) * channels + c is channel c of tap (i, j). Row
 *                   r is channel r. A group of n * kernel_h * kernel_w columns reads the first n channels: n for
 *                   channels
 *        DEPTHWISE  row r reads channel r / (n_out / channels) at all taps; its plane, of 8 bits, holds w modulo 256
 *                   in place of v, and so any w from -128 on: z = bias + sum_tap w u
 *        AVERAGE    with multiplier 0: a / count, to the nearest, halves away from 0, a the sum of u - 128 over the
 *                   taps inside the picture, count their number; 128 + that, within lo..hi. Else METHOD 3 of
 *                   z = sum(u - zero point) over them
 *        MAX        the largest u of the taps inside the picture, within lo..hi
 *        ADD        METHOD 3 with the third multiplier of z = s_1 + s_2, s_k = R of (u_k - zero point) * 2^20 with the
 *                   k-th multiplier, whose exponent is at most 1 for k < 3
 *        MUL        METHOD 3 of z = (u_1 - zero point) (u_2 - zero point)
 *        COPY       a box of the input to a box of the output, with LOOKUP through the table; where it is the first
 *                   layer to write the tensor, and that no state, the rest is its zero point. A box of no size: all
 *                   bytes, one after the other
 *        SOFTMAX    sucref_softmax of the channels at each (y, x)
 *        CONSTANT   bytes of the file
 *
 *    The second tensor of ADD and MUL is of the same shape or 1 x 1 x channels. Requantization is TFLITE but for DENSE,
 *    CONV and DEPTHWISE; the activation may be LOOKUP for ADD, MUL, COPY and AVERAGE with a multiplier, else NONE, RELU
 *    or RELU6. Logits of a last layer without weights are u - zero point.
 *
 *    At a stop the last channels of a tensor may be absent: those of absent groups, and what layers without weights
 *    make of absent channels (of ADD and MUL: absent in one of the inputs; of SOFTMAX and of a copy of all bytes all,
 *    where one is; of a box all from the first one in it on; of copies into one tensor as the one with the fewest
 *    says). What reads them, outside the picture too, reads 0. A tensor that is a state keeps its bytes from one input
 *    to the next, and starts as `initial`; models with states have one stop.
 *
 *    By depth: a stop can name a layer before the last one whose outputs, as many as the model's, are its answer; what
 *    lies behind it is not computed; a softmax at the end is of every answer. The layers named do not go back, and have
 *    weights where there are several stops.
 *    A layer whose outputs no other layer reads is a head: its groups may be absent at any stop that does not name it,
 *    but have 8 bits at one stop at least.
 *
 * 7. The file (format version 1), little-endian, every offset a multiple of 4:
 *
 *        header 64 | layer records 48 each | tensor records 16 each | group records 40 each | stop records 16 each
 *        | stop-group entries 8 each | parameters of each layer | then, stop by stop, the framed sections first needed
 *
 *        header       0 "SUCR"   4 u16 version   6 u16 plane layout   8 file bytes   12 head bytes   16 inputs
 *                     20 outputs   24 u16 layers   26 u16 groups   28 u8 stops   29 u8 input type   30 u8 softmax shift
 *                     32 softmax multiplier   36 i32[3] scales of input, output, logits   48 i8[3] their exponents
 *                     52 u16 tensors   60 CRC-32 of all before the first section but these 4 bytes
 *        layer        0 inputs   4 outputs   8 parameters   12 u16 first group   14 u16 groups   16 u8[8] plan
 *                     24 u8 planes   25 u8 coarse   26 u8 activation   27 u8 requantization   28 u8 flags
 *                     30 u8 output zero point   31 u8 lo   32 u8 hi   33 u8 largest |w| of planes of 8 bits,
 *                     at most 128   34 i16 slope   36 u8 kind   37 u8 input tensor
 *                     38 u8 output tensor   39 u8 second input   40 u8 kernel h, w, stride h, w, dilation h, w,
 *                     pad top, left
 *        tensor       0 u16 height   2 u16 width   4 u16 channels   6 u8 zero point   7 u8 flags   8 place
 *                     12 u8 first layer   13 u8 last layer   14 u8 initial
 *        group        0 first row   4 u16 rows   6 u16 columns   8 u32[8] planes
 *        stop         0 end   4 u8 input bits   5 u8 head, or 0   6 u8 answering layer + 1, or 0: the last one
 *                     8 exit rule, or 0   12 bounds, or 0
 *        stop-group   0 u8 bits   4 correction, or 0
 *        parameters   i32 bias[n_out]   i32 multiplier[k]   i8 exponent[k]   u8 row shift[n_out]
 *                     i32 sum[n_out]   u8 colmax[n_in]   u16 box[9]   i16 table[33] or u8 lookup[256]
 *                     u16 order[n_out]   u8 mean[n_in]   u8 weight[n_in]   u16 input_order[n_in];
 *                     k = n_out or 1; each padded to 4; bias to row shift always, of the others what the activation
 *                     or a flag asks for. With a plane of 8 bits CONV and DENSE have sum, the sum(w) of each row's own
 *                     columns, where the input's zero point is not 0, and DENSE has colmax, the largest |w| of each
 *                     column (c counts a group's own columns). Kinds without weights have n_in = 0, and of all this
 *                     multiplier and exponent (ADD 3, AVERAGE, MUL, SOFTMAX 1; its exponent is the left shift), COPY
 *                     a box, CONSTANT its n_out bytes in place of the row shifts; else n_out = 0
 *        correction   i32 beta[rows]   i32 gamma[rows]   i16 alpha[rows];   for 0 bits: u8 constant[rows]
 *        exit rule    margin   samples   disagreements   risk
 *        bounds       root   i32 offset[rows]   norm[rows];   of the first layer, see sucref_net_proved
 *
 *    Tensor 0 is the model's input, the caller's. The bytes of the others lie at their places, counted in words, in the
 *    tensors' part of the work buffer: in a model of several stops all are kept (flag 1), else a tensor is needed from
 *    its first layer to its last one (a state, flag 2, always), and two that are needed at the same time share no
 *    bytes. A layer's output may lie over its input where no byte is written that is still to be read: layers go line
 *    by line, forward, or backward where the output lies behind its input, and lists hold what a 1 x 1 convolution
 *    reads. The zero point of the last tensor is the output's, behind lookups and softmax.
 *
 *    Unnamed sizes are u32, unnamed bytes are 0; offsets count from the file's start and name a payload; entries go
 *    stop by stop. Kinds and flags are the SUCREF_ACT_, _REQUANT_, _LAYER_ and _INPUT_ values below, the largest |w|
 *    and colmax are as they are or larger, an order a permutation. The columns of a layer's groups do not decrease;
 *    planes are as narrow as their group. A section is framed by 16 bytes: u16 type (1 correction, 2 plane, 3 exit
 *    rule, 4 bounds, 5 labels, from 32768 on for tools), u8 flags (1: a reader that does not know the type must refuse
 *    the file), u8 stop, u16 layer, u16 index (8 * group + plane, or group), u32 length, u32 CRC-32 of the first 12
 *    bytes and the payload.
 *    Sections follow one another and none reaches past the end of its stop: a file cut there is a model with fewer
 *    stops. Behind the last one may be labels, for tools only: the outputs' names in UTF-8, a 0 behind each. What
 *    sucref_model_open accepts is safe to run; what sucref_model_check accepts as well gives the same integers on
 *    every kernel. CRCs find accidents, not attackers: authenticate a file before opening it, and do not change its
 *    bytes afterwards.
 */
#ifndef SUCREF_H
#define SUCREF_H

#include <stddef.h>
#include <stdint.h>

#define SUCREF_VERSION_MAJOR 0
#define SUCREF_VERSION_MINOR 1
#define SUCREF_VERSION_PATCH 0
#define SUCREF_VERSION (SUCREF_VERSION_MAJOR * 10000 + SUCREF_VERSION_MINOR * 100 + SUCREF_VERSION_PATCH)
#define SUCREF_FORMAT 1 /* version of the model file */

#define SUCREF_SINGLE 1  /* families of kernels, values of SUCREF_KERNEL */
#define SUCREF_PAIRS_8 2
#define SUCREF_PAIRS 3
#define SUCREF_QUADS 4

#ifdef SUCREF_STATIC
#  ifndef SUCREF_IMPLEMENTATION
#    define SUCREF_IMPLEMENTATION
#  endif
#  ifndef SUCREF_API
#    define SUCREF_API static inline
#  endif
#endif
#ifndef SUCREF_API
#  define SUCREF_API extern
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- status ------------------------------------------------------------------------------------------------------ */

/* What functions return:
 *
 *     a status          most: SUCREF_OK, or negative: nothing was written, unless the function says so. sucref_net_step
 *                       and sucref_fusion_take, sucref_exchange_step and _take say more by positive ones
 *     a count           sucref_schedule, sucref_linear_step, sucref_model_extend, sucref_fusion_stops, _close: 0 or
 *                       more, or a negative status
 *     a length          *_len, sucref_model_write, sucref_model_spec_of, sucref_part_write: 0 where there is none
 *     1 or 0            sucref_settled, sucref_settled_gray
 *     a value, nothing  functions of numbers alone, and records of an opened model: arguments are not checked
 *
 * A NULL where a pointer is needed is SUCREF_E_ARG (a length: 0; a truth: 0); pointers inside arrays are not looked
 * at. "Errors" are what a function may return beside SUCREF_OK and SUCREF_E_ARG. */
enum {
    SUCREF_OK = 0,
    SUCREF_E_ARG = -1,   /* null or misaligned pointer, inconsistent arguments */
    SUCREF_E_RANGE = -2, /* a number outside its documented range */
    SUCREF_E_SPACE = -3, /* a buffer is too short */
    SUCREF_E_DATA = -4,  /* bytes that are no valid model, frame or message; shards that contradict each other */
    SUCREF_E_STATE = -5, /* called too early or too late: no input, no answer yet, no such job */
    SUCREF_MORE = 1,     /* budget spent, go on */
    SUCREF_STOP = 2,     /* a stop was reached, its answer can be read, more stops follow */
    SUCREF_DONE = 3,     /* the last stop that the file holds was reached */
    SUCREF_WAIT = 4      /* input bits, or a message, that come next have not arrived */
};

/* Text of a status, never NULL. */
SUCREF_API const char *sucref_status_text(int status);

/* What sucref_model_open refused: the field's name and the byte offset where it was read. */
typedef struct { const char *field; uint32_t offset; } sucref_fault;

/* ---- partition ---------------------------------------------------------------------------------------------------
 * [SR] Algorithm 1. With the partitioning vector P[0] > P[1] > ... > P[d], a number is cut into a sign and d digits;
 * digit i (1..d) has weight 2^P[i] and P[i-1] - P[i] bits:
 *
 *     x = sign * sum_i digit_i * 2^P[i] + rest,   0 <= |rest| < 2^P[d]
 *
 * Printed line 5 drops the integer part, so that 2^P[0] itself becomes 0; SUCREF_SATURATE keeps the largest digits
 * instead, SUCREF_WRAP is the printed form. */
enum { SUCREF_SATURATE = 0, SUCREF_WRAP = 1 };

/* A partitioning vector: p[0] > p[1] > .. > p[len - 1] within -64..64, len 2..32; each step 1..15 bits, 31 in all. */
typedef struct { const int8_t *p; size_t len; } sucref_vector;
static inline sucref_vector sucref_vector_of(const int8_t *p, size_t len) { sucref_vector v = { p, len }; return v; }

/* sucref_partition - digits of fixed-point numbers x[n] * 2^x_exp.
 *   digits [v.len-1][len]  out  signed digits, each with the sign of its number
 *   x      [len]           in   int32, any value
 *   x_exp                  in   -64..64
 *   overflow               in   SUCREF_SATURATE or SUCREF_WRAP
 * No overlap. Cost: len * v.len. Errors: SUCREF_E_RANGE. */
SUCREF_API int sucref_partition(int16_t *digits, const int32_t *x, size_t len, int x_exp, sucref_vector v,
                                int overflow);

/* sucref_join - the inverse: x[n] = sum of the first n_digits digits, in units of 2^p[n_digits].
 *   x [len] out; digits [>= n_digits][len] in; n_digits 1..v.len-1. Otherwise as above. */
SUCREF_API int sucref_join(int32_t *x, const int16_t *digits, size_t len, sucref_vector v, size_t n_digits);

/* ---- schedule ----------------------------------------------------------------------------------------------------
 * [SR] Definition 2. Weights cut by P into dp digits, inputs by Q into dq; dp and dq may differ. The R = dp * dq
 * products of digit planes, (i, j) of weight 2^(P[i] + Q[j]), are taken in descending order of that weight; among
 * equals the smaller i first (the definition leaves ties open). */
typedef struct { uint8_t i, j; } sucref_product; /* digit indices, 1-based as in [SR] */

/* sucref_schedule - writes the order. gamma [gamma_len] out, gamma_len >= (p.len-1) * (q.len-1).
 * Returns R, or SUCREF_E_ARG, SUCREF_E_RANGE (a bad vector), SUCREF_E_SPACE. */
SUCREF_API int sucref_schedule(sucref_product *gamma, size_t gamma_len, sucref_vector p, sucref_vector q);

/* ---- linear ------------------------------------------------------------------------------------------------------
 * [SR] Definition 3: y = W x + b refined one digit product at a time, both sides partitioned (sucref_partition).
 * y counts units of 2^(P[d] + Q[d]); after all R products it is the exact sum. The bias is added exactly at the start
 * (Remark 1's appended 1 would be lost to the printed Algorithm 1). */
typedef struct {
    const int16_t *w, *x;     /* digits: w [dp][n_out][n_in], x [dq][n_in] */
    const int32_t *bias;      /* [n_out] in units of 2^(P[d]+Q[d]), below 2^30; or NULL */
    sucref_vector p, q;       /* dp and dq digits, dp * dq <= 64 */
    uint32_t n_out, n_in;     /* 1..65535 */
} sucref_linear_layer;

typedef struct {
    sucref_linear_layer of;
    int32_t *y;               /* [n_out] */
    sucref_product gamma[64]; /* the order; R <= 64 */
    uint32_t n_products, next; /* R, and how many are done */
} sucref_linear;

/* sucref_linear_init - y [n_out] and all that `of` points at stay the caller's and must outlive l, but for the bias.
 * n_in * 2^(P[0]-P[d] + Q[0]-Q[d]) <= 2^30 keeps every partial sum below 2^31 and is checked.
 * Errors: SUCREF_E_RANGE. */
SUCREF_API int sucref_linear_init(sucref_linear *l, int32_t *y, const sucref_linear_layer *of);

/* sucref_linear_step - adds the next product of the schedule; n_out * n_in multiply-adds.
 * Returns how many products remain, or SUCREF_E_ARG, or SUCREF_E_STATE when none was left. */
SUCREF_API int sucref_linear_step(sucref_linear *l);

/* sucref_linear_bound - [SR] Theorem 1, corrected: after r products every |error| of an output, for real numbers cut
 * at P[d] and Q[d], is below (attained in the limit)
 *
 *     n * ( 2^(P0+Q0) - sum_{k<=r} (2^P[i-1] - 2^P[i]) * (2^Q[j-1] - 2^Q[j]) ),      (i, j) = gamma_k
 *
 * The printed one lacks n and the digits' sizes. Proof: digits are at most (2^P[i-1] - 2^P[i]) in value, so the done
 * products are at most that sum away from the largest product 2^(P0+Q0), term by term, and error only grows with
 * each missing one. In units of 2^(P[d]+Q[d]); n * 2^(span) < 2^63 holds for every l that init accepts.
 * Saturating numbers at or beyond 2^P0: their clipped part is not in the bound. r <= R, else UINT64_MAX. */
SUCREF_API uint64_t sucref_linear_bound(const sucref_linear *l, uint32_t r);

/* sucref_linear_rest - a posteriori: |y now - y after all products| of every row is at most
 * sum over products left of (2^(P[i-1]-P[i]) - 1) * 2^P[i] * sum_c |x_j[c]| * 2^Q[j]. Reads x; same units. */
SUCREF_API uint64_t sucref_linear_rest(const sucref_linear *l);

/* ---- model -------------------------------------------------------------------------------------------------------
 * The file is read where it lies: bytes must be aligned as a uint32_t is and stay unchanged while in use. Limits: 128
 * layers, 200 tensors, 32 stops, 16 row groups a layer, 65,535 rows and columns. */
enum {
    SUCREF_MAX_LAYERS = 128, SUCREF_MAX_TENSORS = 200, SUCREF_MAX_STOPS = 32, SUCREF_MAX_GROUPS = 16,
    SUCREF_MAX_PLANES = 8
};
enum { /* what a layer does; METHOD 6 */
    SUCREF_KIND_DENSE = 0, SUCREF_KIND_CONV, SUCREF_KIND_DEPTHWISE, SUCREF_KIND_AVERAGE, SUCREF_KIND_MAX,
    SUCREF_KIND_ADD, SUCREF_KIND_MUL, SUCREF_KIND_COPY, SUCREF_KIND_SOFTMAX, SUCREF_KIND_CONSTANT
};
enum { SUCREF_LAYOUT_PLAIN = 0, SUCREF_LAYOUT_HALVES = 1, SUCREF_LAYOUT_ROWS = 2 }; /* of planes; METHOD 4 */
enum { SUCREF_INPUT_U8 = 0, SUCREF_INPUT_S8 = 1 };
enum { SUCREF_ACT_NONE = 0, SUCREF_ACT_RELU, SUCREF_ACT_RELU6, SUCREF_ACT_LEAKY, SUCREF_ACT_TABLE, SUCREF_ACT_LOOKUP };
enum { SUCREF_REQUANT_TFLITE = 0, SUCREF_REQUANT_FLOOR, SUCREF_REQUANT_ROUND };
enum { /* accumulators are kept; a multiplier for each row; orders of outputs (last layer) and inputs (first layer);
        * columns have means and weights; the list of the input's non-zeros is kept (both first layer) */
    SUCREF_LAYER_KEEP = 1, SUCREF_LAYER_PER_ROW = 2, SUCREF_LAYER_ORDER = 4, SUCREF_LAYER_COLUMNS = 8,
    SUCREF_LAYER_INPUT_ORDER = 16, SUCREF_LAYER_KEEP_LIST = 32
};
enum { SUCREF_TENSOR_KEEP = 1, SUCREF_TENSOR_STATE = 2 }; /* from stop to stop; from one input to the next */
enum { SUCREF_TABLE_LEN = 33, SUCREF_LOOKUP_LEN = 256 }; /* knots of SUCREF_ACT_TABLE; bytes of SUCREF_ACT_LOOKUP */

typedef struct {
    const uint8_t *bytes;
    uint32_t bytes_len;         /* how many of the file's bytes are there */
    uint32_t file_bytes;        /* how many the whole file has */
    uint32_t n_in, n_out;
    uint16_t n_layers, n_tensors, n_groups; /* groups of all layers */
    uint8_t n_stops;            /* of the whole file */
    uint8_t usable_stops;       /* complete in bytes_len */
    uint8_t input_type;         /* SUCREF_INPUT_U8 or _S8 (the unsigned value is x + 128) */
    uint8_t layout;             /* SUCREF_LAYOUT_* */
    uint8_t softmax_shift;
    int32_t softmax_multiplier; /* of a softmax at the end; 0: none */
} sucref_model;

typedef struct {
    uint32_t n_in, n_out;
    uint32_t params_offset;      /* bias, multipliers, exponents, row shifts, column maxima, table, order */
    uint16_t first_group, n_groups;
    uint8_t plan[SUCREF_MAX_PLANES], n_planes;
    uint8_t coarse;              /* 1: the plan is `b+8`, two separate planes */
    uint8_t act, requant, flags; /* SUCREF_ACT_*, SUCREF_REQUANT_*, SUCREF_LAYER_* */
    uint8_t in_zero, out_zero, lo, hi;
    uint8_t max_weight;          /* no |w| of a plane of whole weights is larger; 0..128 */
    int16_t slope;               /* of SUCREF_ACT_LEAKY, in 2^-15 */
    uint8_t kind, from, to, from2; /* SUCREF_KIND_*; tensors it reads and writes, and of ADD and MUL a second one */
    uint8_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left; /* 0 where not read */
} sucref_layer;

/* what a layer reads or writes: height x width x channels bytes; a vector is 1 x 1 x n */
typedef struct {
    uint16_t height, width, channels;
    uint8_t zero, flags;         /* zero point; SUCREF_TENSOR_* */
    uint32_t place;              /* in words; of tensor 0: none */
    uint8_t first, last;         /* layers from which on and to which its bytes are needed; last 255: beyond the end */
    uint8_t initial;             /* of a state: all its bytes before the first input */
} sucref_tensor;

typedef struct {
    uint32_t first_row, n_rows, n_columns;
    uint32_t plane_offset[SUCREF_MAX_PLANES];
} sucref_group;

typedef struct {
    uint32_t end;          /* bytes of the file that complete this stop */
    uint32_t exit_offset, bounds_offset; /* 0: none */
    uint8_t in_bits, head; /* head: group of the last layer, where it has heads */
    uint8_t answer;        /* the layer whose outputs are the answer; those behind it are not computed */
} sucref_stop;

/* of one stop and group; correction_offset 0: none, of 0 bits: absent */
typedef struct { uint8_t bits; uint32_t correction_offset; } sucref_stop_group;

/* sucref_model_open - checks everything but the CRCs, in time that does not depend on the weights.
 *   m      out, written only on success
 *   bytes  in   aligned as a uint32_t; its first bytes_len bytes may be a whole file or the beginning of one
 *   fault  out  what was refused; may be NULL
 * Errors: SUCREF_E_DATA (also: not even the first stop is complete). */
SUCREF_API int sucref_model_open(sucref_model *m, const void *bytes, size_t bytes_len, sucref_fault *fault);

/* sucref_model_check - the CRCs of the tables and of every complete section in bytes_len, and what kernels trust:
 * digits no wider than their plan, column maxima that are, orders that are. About 40 instructions a byte.
 * Errors: SUCREF_E_DATA. */
SUCREF_API int sucref_model_check(const sucref_model *m, sucref_fault *fault);

/* sucref_model_extend - more of the same file has arrived behind bytes_len. Call between steps, never during one.
 * Returns the number of usable stops, or SUCREF_E_ARG (NULL, or fewer bytes than before),
 * SUCREF_E_DATA (a bad section). */
SUCREF_API int sucref_model_extend(sucref_model *m, size_t bytes_len, sucref_fault *fault);

/* Records of an opened model; indices are not checked. g counts groups over all layers. */
SUCREF_API void sucref_model_layer(sucref_layer *out, const sucref_model *m, unsigned layer);
SUCREF_API void sucref_model_tensor(sucref_tensor *out, const sucref_model *m, unsigned tensor);
SUCREF_API void sucref_model_group(sucref_group *out, const sucref_model *m, unsigned g);
SUCREF_API void sucref_model_stop(sucref_stop *out, const sucref_model *m, unsigned stop);
SUCREF_API void sucref_model_stop_group(sucref_stop_group *out, const sucref_model *m, unsigned stop, unsigned g);

/* What the numbers mean: real = (value - zero) * multiplier * 2^(exponent - 31); a multiplier of 0: not known. The
 * input's zero is the first layer's in_zero, a logit's 0. All are of unsigned values (x + 128 of int8 ones). */
typedef struct { int32_t multiplier; int8_t exponent; } sucref_scale;
typedef struct { sucref_scale input, output, logit; uint8_t output_zero; } sucref_scales;
SUCREF_API void sucref_model_scales(sucref_scales *out, const sucref_model *m);

/* sucref_model_cost - dense multiply-adds and weight bytes read to compute the stops first..stop of one input, if no
 * activation is zero and all that is computed changes: the most a run can need. Absent columns cost nothing, nor do
 * groups whose columns cannot have changed; a kept group costs the changed columns (all of them where those do not fit
 * into the list, and with SUCREF_CONSTANT_WORK). first = stop = the last one gives the one-shot network. Indices are
 * not checked. */
typedef struct { uint64_t macs, weight_bytes; } sucref_cost;
SUCREF_API void sucref_model_cost(sucref_cost *out, const sucref_model *m, unsigned first, unsigned stop);

/* ---- net ---------------------------------------------------------------------------------------------------------
 * A state belongs to one thread; a model may serve many. The answer of the last stop that was reached stays whole and
 * readable while later stops are computed, also from an interrupt. */
typedef struct {               /* bytes before words: short instructions reach them */
    const sucref_model *model;
    const uint8_t *input;
    uint32_t *work;
    uint8_t stop, previous;    /* being computed; reached before it on this input (0xFF: none) */
    uint8_t answer;            /* the layer that has the stop's answer */
    uint8_t reached;           /* how many layers the stops before have come to */
    uint8_t input_bits;        /* how many have arrived */
    uint8_t mode, first_plane, last_plane; /* what the group's rows do */
    uint8_t listed;            /* the first layer's list is there, or a part of it */
    uint8_t prepared;          /* the group's rows go the short way; 2: but for some */
    uint8_t wide;              /* while lists do not pay: 2 and how many windows since; 0: they may */
    uint8_t form;              /* what the group's list holds */
    uint8_t slid;              /* where windows share lists: 1 and which of them is the first one's; 0: none is there */
    uint8_t state;
    uint16_t layer, group;     /* position; group counts inside the layer */
    uint16_t y, x;             /* position in the layer's output, counted from its last one where it goes back */
    uint16_t changed, any;     /* lowest column of this layer's input that changed, lowest of its outputs; 0xFFFF */
    uint16_t present;          /* columns of this layer's input that have a value */
    uint32_t spent;            /* multiply-adds since the input was set, wraps at 2^32 */
    uint32_t row;              /* next row of the group, or output of the position at hand */
    uint32_t at_tensors, at_kept, at_marks, at_logits; /* parts of the work buffer */
    uint32_t at_list, at_acc;  /* of the layer: its list; accumulators, sums of the groups' inputs, input before */
    volatile uint32_t sequence; /* counts publications; its lowest bit names the record */
} sucref_net;

typedef struct {
    const int32_t *logits; /* [n_out] z of the last layer */
    const uint8_t *out;    /* [n_out] its activations or their softmax, unsigned (the int8 output is out - 128) */
    uint32_t n_out, spent; /* spent: multiply-adds when this stop was reached */
    uint8_t stop;
} sucref_answer;

/* sucref_net_work_len - length of the work buffer in uint32 elements; 0 for NULL or more than size_t can count. */
SUCREF_API size_t sucref_net_work_len(const sucref_model *m);

/* sucref_net_init - work [work_len] is the state's own from now on; m stays in place. Errors: SUCREF_E_SPACE. */
SUCREF_API int sucref_net_init(sucref_net *s, const sucref_model *m, uint32_t *work, size_t work_len);

/* sucref_net_set_input - x [x_len], uint8 or int8 as the model says, stays in the caller's buffer, unchanged until
 * SUCREF_DONE; x_len must be the model's n_in. Invalidates the answer. Errors: SUCREF_E_RANGE (x_len). */
SUCREF_API int sucref_net_set_input(sucref_net *s, const void *x, size_t x_len);

/* sucref_net_set_input_bits - progressive input: so far only the top `bits` (1..8, rising) of each unsigned input are
 * valid; lower bits may be filled in later. Call after set_input (which means 8); a stop that needs more answers
 * SUCREF_WAIT. Errors: SUCREF_E_RANGE. */
SUCREF_API int sucref_net_set_input_bits(sucref_net *s, unsigned bits);

/* sucref_net_start_at - before the first step of an input: earlier stops are not computed. With the last stop this is
 * the one-shot network. Errors: SUCREF_E_RANGE (not usable), SUCREF_E_STATE. */
SUCREF_API int sucref_net_start_at(sucref_net *s, unsigned stop);

/* sucref_net_step - works until about `budget` multiply-adds are spent (at least one quantum is done, and the budget
 * is passed by less than sucref_net_quantum; 0 is as 1), a stop is reached, or nothing is left to do.
 * Returns SUCREF_MORE, SUCREF_STOP, SUCREF_DONE, SUCREF_WAIT, or SUCREF_E_ARG, SUCREF_E_STATE (no input). After
 * SUCREF_DONE it says so again, unless the model has been extended. */
SUCREF_API int sucref_net_step(sucref_net *s, uint32_t budget);

/* sucref_net_run - steps until `stop` is reached. SUCREF_OK, or what step returned instead. */
SUCREF_API int sucref_net_run(sucref_net *s, unsigned stop);

/* sucref_net_quantum - the largest number of multiply-adds that one step can pass its budget by. Requantization is
 * charged 16, reading an input column 1, and an output of a softmax 256. */
SUCREF_API uint32_t sucref_net_quantum(const sucref_model *m);

/* sucref_net_answer - points at the last answer, for a reader that the stepper cannot interrupt (the same thread, or
 * an interrupt above it). Valid until two more stops are reached or an input is set. Errors: SUCREF_E_STATE. */
SUCREF_API int sucref_net_answer(const sucref_net *s, sucref_answer *a);

/* sucref_net_read - copies the last answer for a reader that the stepper may interrupt: tries again until no stop was
 * published meanwhile. logits [n_out], out [n_out]; either may be NULL. a->logits and a->out point at the copies. */
SUCREF_API int sucref_net_read(const sucref_net *s, sucref_answer *a, int32_t *logits, uint8_t *out);

/* sucref_argmax - index of the largest (the first of equals); n >= 1. */
SUCREF_API uint32_t sucref_argmax(const int32_t *z, uint32_t n);

/* sucref_margin - how settled: largest minus second largest; for n = 1 the distance |z - threshold|.
 * At most 2^32 - 1. */
SUCREF_API uint32_t sucref_margin(const int32_t *z, uint32_t n, int32_t threshold);

/* sucref_softmax - integer softmax as the TensorFlow Lite int8 reference computes it (gemmlowp fixed point: a Taylor
 * polynomial on [-1/4, 0) and a product of powers, three Newton steps for 1 / sum):
 *     y[i] = clamp(round(256 * exp(beta * (x[i] - max)) / sum_j exp(beta * (x[j] - max))), 0, 255)
 *   y [n] out, x [n] in, unsigned bytes, may be the same; n 1..4095
 *   multiplier, left_shift: beta * scale(x) * 2^26 = multiplier * 2^(left_shift - 31), multiplier >= 2^30, shift 0..31
 * Errors: SUCREF_E_RANGE. */
SUCREF_API int sucref_softmax(uint8_t *y, const uint8_t *x, uint32_t n, int32_t multiplier, int left_shift);

/* ---- exit --------------------------------------------------------------------------------------------------------
 * When to stop refining. margin: an answer is settled at a stop when sucref_margin(logits, n_out, 0) reaches the
 * threshold that calibration found for the stop, from `samples` inputs on which `disagreements` of the answers that
 * left by then were not the full network's; risk, in 2^-32, is an upper bound of that share for inputs like those
 * samples, at the confidence that calibration was asked for. gray [SR, section V]: a single output is settled outside
 * lo..hi. */
typedef struct { uint32_t margin, samples, disagreements, risk; } sucref_exit;

/* sucref_model_exit - the rule stored for a stop (not checked against n_stops). SUCREF_OK, or SUCREF_E_STATE: none. */
SUCREF_API int sucref_model_exit(sucref_exit *out, const sucref_model *m, unsigned stop);

/* sucref_settled - 1 when the answer's stop is the last of the file or its margin reaches the stored threshold,
 * else 0. */
SUCREF_API int sucref_settled(const sucref_model *m, const sucref_answer *a);

/* sucref_settled_gray - 1 when z < lo or z > hi. */
SUCREF_API int sucref_settled_gray(int32_t z, int32_t lo, int32_t hi);

/* sucref_net_proved - proves, where it can, that the full network's answer will be the current one: the same largest
 * logit, or for one output the same side of zero. No risk is left but that the file's bounds are wrong: they are as
 * trusted as its weights.
 *
 *     first layer   z_full = z + offset + f + R.y,  0 <= f < 2     R the row's missing weights, y = u - mean
 *                   |R.y| <= norm * |y|                            Cauchy-Schwarz in columns weighted by `weight`
 *                   |sum_r v_r R_r.y| <= root * sqrt(sum_r (v_r norm_r)^2) * |y|
 *                                                                  root^2: largest eigenvalue of the normalised rows'
 *                                                                  Gram matrix
 *     a ReLU        t <= 0 <= T: max(p, 0) lies between L p and L (p - t), L = T / (T - t)
 *     last layer    logit_c - logit_k = v.a + bias > 0 for every other k, by these lines (two layers) or by intervals
 *
 * all of it in integers rounded outwards. Asked between two steps, when a stop has just been reached.
 *   work [work_len]  scratch, sucref_net_proof_len elements
 *   *proved          1 (always at the last stop) or 0; 0 also with every error
 * Errors: SUCREF_E_SPACE, SUCREF_E_DATA (the bounds' place or stop is impossible), or
 * SUCREF_E_STATE: no answer, the next stop has been begun, or the file has no bounds
 * for this stop (the tool's `calibrate --certify` makes them; hidden layers must be none, ReLU or ReLU6; with heads or
 * absent neurons there are none).
 * Cost: about 40 instructions for each weight behind the first layer, a square root for each class. */
SUCREF_API int sucref_net_proved(int *proved, const sucref_net *s, uint32_t *work, size_t work_len);
SUCREF_API size_t sucref_net_proof_len(const sucref_model *m); /* in uint32 elements; 0 for NULL or too many */

#if !defined(SUCREF_NO_DITHER) || !defined(SUCREF_STATIC) /* private functions have bodies, or are not declared */
/* ---- dither ------------------------------------------------------------------------------------------------------
 * Source: [AB] A. Abdi, "Distributed Learning and Inference in Deep Models", thesis, Georgia Tech, 2020, chapters 2, 4,
 * 5 and appendix A, corrected where said. Both ends make the same dither from (seed, stream, counter). In all of it
 *
 *     y = x * m,  S = 2^shift,  u uniform on 0..S-1,   step size S / m in units of x
 *
 * so any step is a multiplier and a shift, nothing is divided, and sums over all u are exact in integers. Estimates
 * come back doubled, in units of 1 / (2m), because the error's grid lies on half units. |y| < 2^29, and |y| / S at most
 * 32768 - terms (D4: 32765), so that every index is an int16; checked first: SUCREF_E_RANGE, nothing written. */
typedef struct { uint32_t k0, k1; } sucref_stream;
enum { SUCREF_DITHER_SUBTRACTIVE = 0, SUCREF_DITHER_HALF = 1 /* .. 3 */, SUCREF_DITHER_D4 = 4 };
typedef struct { uint32_t multiplier; uint8_t shift /* 1..24 */, kind; } sucref_grid;

/* A vector of n values of either width, the caller's and only read; the other pointer is NULL. */
typedef struct { const int16_t *i16; const int32_t *i32; size_t n; } sucref_values;
static inline sucref_values sucref_int16(const int16_t *x, size_t n) { sucref_values v = { x, NULL, n }; return v; }
static inline sucref_values sucref_int32(const int32_t *x, size_t n) { sucref_values v = { NULL, x, n }; return v; }

/* sucref_stream_init - keys of one stream of a seed; equal arguments give equal bits on every target. Neither this nor
 * sucref_random checks its pointers. */
SUCREF_API void sucref_stream_init(sucref_stream *s, uint32_t seed_low, uint32_t seed_high, uint32_t stream);

/* sucref_random - 32 bits for a counter: mix2, two rounds of multiply and xor-shift, about 22 instructions; with
 * SUCREF_PHILOX defined, Philox2x32-7 [Salmon et al., SC 2011] keyed by k0 with k1 in the counter's upper half.
 * Not for secrets. */
SUCREF_API uint32_t sucref_random(const sucref_stream *s, uint32_t counter);

/* sucref_grid_for - the finest multiplier for which |x| <= max gives |y| / S <= levels. QSGD: max the norm; ternary:
 * levels 1. The kind is SUCREF_DITHER_SUBTRACTIVE; set another one afterwards.
 * Errors: SUCREF_E_RANGE (max 0 or over 2^29, levels 0 or over 32766). */
SUCREF_API int sucref_grid_for(sucref_grid *st, uint32_t max, uint32_t levels);

/* Quantizers. x, q [x.n], x2 [n] (2 * m * estimate); value i uses counter + i. May be done in pieces. No overlap.
 * Errors: SUCREF_E_RANGE (also: no such kind).
 *
 * SUBTRACTIVE [AB 2.4, 2.5]: q = floor((y + u) / S), x2 = 2Sq - 2u + S - 1. The sum of x2 - 2y over all u is 0 and the
 *     set of errors is -(S-1), -(S-3) .. S-1 for every x: unbiased, uniform, variance (S^2 - 1) / 12 in units of y.
 * HALF [AB A.4, Lemma 19]: the receiver knows no dither (r may be NULL there). u the sum of kind = 1..3 uniforms,
 *     x2 = 2Sq - (kind-1)(S-1). Unbiased; with k uniforms moments up to the k-th do not depend on x. One is QSGD's
 *     and TernGrad's rounding. Value i uses the counters counter + kind * i ...
 * D4: four values at a time onto integers of even sum, the last one's dither over 2S, all dithers on odd half units
 *     (shift >= 1, n a multiple of 4): x2 = 2Sq - 2u - 1. Unbiased; the error is uniform over the cell, 0.1083 S^2 per
 *     value at twice the volume. Each value is rounded; where their sum is odd, the first of those rounded farthest
 *     goes the other way.
 * one bit [AB A.1, A.2 with q/2 for q]: |y| <= S/2, bit = 2y + 2u > S - 1, x2 = +-S - 2u + S - 1. Unbiased, errors
 *     uniform, variance (S^2 - 1) / 12. bits [(n + 7) / 8], packed from the lowest; the kind is not read. */
SUCREF_API int sucref_dither_encode(int16_t *q, sucref_values x, const sucref_grid *st, const sucref_stream *r,
                                    uint32_t counter);
SUCREF_API int sucref_dither_decode(int32_t *x2, const int16_t *q, size_t n, const sucref_grid *st,
                                    const sucref_stream *r, uint32_t counter);
SUCREF_API int sucref_dither_onebit_encode(uint8_t *bits, sucref_values x, const sucref_grid *st,
                                           const sucref_stream *r, uint32_t counter);
SUCREF_API int sucref_dither_onebit_decode(int32_t *x2, const uint8_t *bits, size_t n, const sucref_grid *st,
                                           const sucref_stream *r, uint32_t counter);

/* nested [AB 2.6, 2.7, D.1]: the receiver knows y near x, so only q mod k is sent. alpha / 2^alpha_shift <= 1,
 * v = step << alpha_shift, u uniform on 0..v-1:
 *     symbol = floor((alpha x + u) / v) mod k
 *     r = 2v symbol - 2u + v - 1 - 2 alpha y, reduced mod 2kv to -kv..kv-1
 *     estimate = 2^(2 alpha_shift + 1) y + alpha r
 * in units of 2^-(2 alpha_shift + 1). While |alpha (x - y)| < (k-1) v / 2 its error, with A = alpha / 2^alpha_shift, is
 * (A^2 - 1)(x - y) + A e, e uniform over a step: A^2 step^2 / 12 + (1 - A^2)^2 sigma^2; beyond, it jumps by k steps.
 * Needs |alpha x|, |alpha y| and v below 2^28. u is exactly uniform where v is a power of two; else shares differ by
 * less than 2^-32. No division for each element. Errors: SUCREF_E_RANGE (nothing written). */
typedef struct { uint32_t step; uint16_t k; uint16_t alpha; uint8_t alpha_shift; /* 0..8 */ } sucref_nested;
SUCREF_API int sucref_dither_nested_encode(uint16_t *symbol, sucref_values x, const sucref_nested *c,
                                           const sucref_stream *r, uint32_t counter);
SUCREF_API int sucref_dither_nested_decode(int64_t *estimate, const uint16_t *symbol, sucref_values y,
                                           const sucref_nested *c, const sucref_stream *r, uint32_t counter);

/* sucref_combine_weights - minimax weights of independent unbiased estimates [AB 2.11]: w_i = (1 / v_i) / sum(1 / v_j),
 * in 2^-16, summing to 65536 exactly. The combined variance is 1 / sum(1 / v_j). v > 0 (equal units), count 1..65535.
 * sucref_combine - out[i] = round(sum_s w_s * estimate_s[i] / 2^16), which lies among the estimates; out may be one of
 * them. estimates [count] pointers to [n]; w [count] adds up to 65536.
 * Errors: SUCREF_E_RANGE (count, a variance of 0, weights of another sum). */
SUCREF_API int sucref_combine_weights(uint32_t *w, const uint32_t *variance, size_t count);
SUCREF_API int sucref_combine(int32_t *out, const int32_t *const *estimates, const uint32_t *w, size_t count, size_t n);

/* ---- hadamard, qcs -----------------------------------------------------------------------------------------------
 * sucref_hadamard - unnormalised Walsh-Hadamard transform in place, Sylvester order, 2^log2_n values: grows by exactly
 * log2_n bits (inputs below 2^(31 - log2_n); wraps beyond). Twice gives 2^log2_n times the input. Cost: log2_n / 2
 * passes of 8 additions for 4 values. Errors: SUCREF_E_RANGE (log2_n over 16). */
SUCREF_API int sucref_hadamard(int32_t *x, unsigned log2_n);

/* sucref_fold - quantized compressive sampling's projection [AB Algorithm 2]: v = H_k F(r * x), r random signs of the
 * stream, F adding value i into bin i mod k; the first k rows of a larger Sylvester matrix are this. x [n], n < 65536,
 * v [2^log2_k]. Quantize v with one of the quantizers (one-bit QCS: sucref_dither_onebit_*), get w2; then
 * sucref_unfold - out[i] = r_i (H_k w2)[i mod k], the estimate of x in units of 1 / (2 m k): unbiased over signs and
 * dithers, with a squared error of at most gamma |x|^2,
 *
 *     gamma = ceil(n/k) - 1 + n/(4Q^2) ln k / (k-1)      for max|v| = Q steps, k >= 2
 *
 * ([AB 4.10] has n/k: its k rows of an n x n matrix are orthogonal only where k divides n; else a bin holds ceil(n/k)
 * values.) The least-squares estimate is out / (1 + gamma). work [2^log2_k]. Errors: SUCREF_E_RANGE (log2_k, n). */
typedef struct { const sucref_stream *r; uint32_t counter; } sucref_signs; /* sign i: of counter + i / 32 */
static inline sucref_signs sucref_signs_of(const sucref_stream *r, uint32_t counter)
{
    sucref_signs s = { r, counter };
    return s;
}
SUCREF_API int sucref_fold(int32_t *v, unsigned log2_k, const int16_t *x, size_t n, sucref_signs s);
SUCREF_API int sucref_unfold(int64_t *out, size_t n, const int32_t *w2, unsigned log2_k, sucref_signs s,
                             int64_t *work);

/* sucref_qcs_best - the k = 2^log2_k <= n and the levels Q (1..127) of the least gamma, for k indices of 2Q + 1 values
 * that together fit `bits` [AB 4.11]: k log2(2Q + 1) <= bits. n 2..65535. *gamma in 2^-16, saturated, or NULL.
 * Errors: SUCREF_E_RANGE (n, or not even two ternary indices fit). */
SUCREF_API int sucref_qcs_best(unsigned *log2_k, unsigned *levels, uint32_t *gamma, size_t n, uint32_t bits);

/* Weighted error feedback [AB 4.14]: z = g + beta * residual, sent as zhat; then
 *     residual' = (1 - beta) residual + z - zhat,
 * which is residual + g - zhat whatever beta's rounding. beta = b / 256; with an unbiased
 * quantizer of relative error gamma, 0 < beta < 2 / (1 + gamma) keeps the residual bounded. All [n], clamped to int32;
 * z may be g. Errors: SUCREF_E_RANGE (b over 256). */
SUCREF_API int sucref_feedback_add(int32_t *z, const int32_t *g, const int32_t *residual, size_t n, unsigned b);
SUCREF_API int sucref_feedback_keep(int32_t *residual, const int32_t *g, const int32_t *zhat, size_t n);

/* sucref_air_encode - random linear coding for sums over the air [AB 5.7, 5.10]: x[j] = scale * v[j] / h[j] on the
 * channels used, else 0; v from sucref_fold, inverse_h and scale in 2^-16, scale = c * weight / P(send) * k / channels
 * used. Their sum through the channels, unfolded, estimates the weighted sum of the nodes' vectors without bias.
 * Clamped to int32; x may be v. What arrives tells of single vectors no more than their weighted sum [AB Lemma 12, C1]
 * but for rounding: each node rounds its own x, so that sums of equal weighted vectors can differ by a unit for every
 * node. They are equal where scale * inverse_h / 2^32 is a whole number at every node. */
SUCREF_API int sucref_air_encode(int32_t *x, const int32_t *v, size_t k, const uint8_t *used, const int32_t *inverse_h,
                                 int32_t scale);

/* sucref_air_power - local power scaling [AB 5.11]: lowers *scale to where sucref_air_encode's x stays within
 * sum x[j]^2 <= power (up to its rounding). The receiver does not know; the node keeps what was not sent, with zhat =
 * its own unfolded v * scale' / scale in sucref_feedback_keep. */
SUCREF_API int sucref_air_power(int32_t *scale, const int32_t *v, size_t k, const uint8_t *used,
                                const int32_t *inverse_h, uint64_t power);

/* Indirect quantization [AB chapter 3]: a batch's outer product G = D X^T / L, D [m][L] and X [n][L], from its
 * quantized factors. With factors dithered by independent streams it is unbiased, its squared error summed over
 * m x n is [AB D.4]
 *
 *     (m n L a b + n a |D|^2 + m b |X|^2) / L^2      a, b: the error variances of X's and D's quantizers
 *
 * sucref_outer - out[j * n + i] = sum_l d2[j * L + l] * x2[i * L + l] of doubled estimates as decoders give them: G =
 * out / (4 m_d m_x L). The factors are no more values than the product while L (m + n) <= m n. m n L multiply-adds.
 * Errors: SUCREF_E_RANGE (m, n or L 0, or a sum could pass 2^63; nothing written). */
SUCREF_API int sucref_outer(int64_t *out, const int32_t *d2, size_t m, const int32_t *x2, size_t n, size_t batch);

/* ---- syndromes ---------------------------------------------------------------------------------------------------
 * Distributed source coding [AB 2.3.2]: a worker whose indices resemble those that the receiver has already sends less
 * than their entropy without knowing what the receiver has. A plane of bits b, one for each index, goes as its syndrome
 *
 *     s = H b mod 2      H sparse and 0/1: every column has four ones, the rows as many as the others or one more
 *
 * and the receiver finds the b of this syndrome that its shares P(b | other workers, dither, planes before) make
 * likely (examples/tool/syndrome.h). Print gives no code; this one is ours, a chain, which lets the receiver decide run
 * by run and comes within a tenth of the entropy where the chain has some fifty runs:
 *
 *     runs     L = ceil(values / 2^log2_run); index i is at place j = i / L of run t = i mod L
 *     checks   `checks` for each run, then 3/4, 1/2 and 1/4 as many, rounded up, of three more
 *     ones     edge e = 0..3 of place j is in the checks of run t + e, at number x * (their number) / 2^log2_run with x
 *              = j permuted: w = random(4t + e), R = 2^log2_run, h = log2_run / 2, all mod R,
 *              x = j (w | 1) + w / 2^12, x ^= x / 2^h, x *= w / 2^20 | 1, x ^= x / 2^h, x *= w / 2^9 | 1
 */
typedef struct {
    uint32_t values;  /* bits of the plane, 1..2^24 */
    uint16_t checks;  /* 1..2^log2_run */
    uint8_t log2_run; /* 4..15 */
} sucref_syndrome_code;

/* sucref_syndrome_encode - message: the checks, bits packed from the lowest, then u32 CRC-32, little-endian, of the
 * plane. plane [(values + 7) / 8], packed from the lowest; what its last byte has above is not read. *len: bytes
 * needed, also when room is too short. Four XORs for each 1 of the plane. Who has found a plane encodes it: the same
 * message means the same plane, but for one in 2^32.
 * Errors: SUCREF_E_RANGE (no such code), SUCREF_E_SPACE. Nothing but *len is written then. */
SUCREF_API int sucref_syndrome_encode(uint8_t *message, size_t room, size_t *len, const uint8_t *plane,
                                      const sucref_syndrome_code *c, const sucref_stream *r);

/* sucref_syndrome_row - the check that edge 0..3 of value i is in; of `values`: how many checks there are. */
SUCREF_API uint32_t sucref_syndrome_row(const sucref_syndrome_code *c, const sucref_stream *r, uint32_t i,
                                        unsigned edge);

/* ---- vec ---------------------------------------------------------------------------------------------------------
 * One vector, 1..65536 values, as one frame: random signs and Hadamard blocks of 1024, 256 .. 4, 1 values make it
 * nearly Gaussian, a dithered quantizer of one step S/m = ratio * rms, and a range coder that knows the dither: for a
 * Gaussian the share of index q given u is a difference of two values of its distribution function at (q - u) * ratio,
 * so one table of 257 numbers is the model of every step. Sparse data go without rotation and with adaptive models.
 *
 *     bytes  0 'V'  1 flags  2 u16 n - 1  4 u32 stream  8 u32 multiplier  12 u8 shift  13 u8 down  14 u16 ratio
 *            16 u32 payload bytes  20 payload  then u32 CRC-32 of all before
 *
 * Little-endian. int32 values that are no int16 go in units of 2^down, 0..17, the least that brings them within int16:
 * floor((x + d) / 2^down) with d uniform on 0..2^down - 1, so that it stays unbiased and zeros stay zeros; this adds at
 * most a quarter of such a unit's square to a value's error, 2^-30 of the largest value's square. The receiver gets the
 * caller's units back. Real values need no scale of their own: a fixed point wide enough for all of them will do.
 * Counters of the stream: i for the dither of value i, 2^31 + i for its d (the lowest bits), 2^30 + i / 32 for its sign
 * (bit i mod 32, 1 for minus).
 *
 * The error of the decoded vector: ratio^2 / 12 of its energy (Z), ratio^2 * 0.1083 (D4), unbiased but for rounding the
 * output. */
/* HALF: with SPARSE, zeros stay zeros */
enum { SUCREF_VEC_D4 = 1, SUCREF_VEC_SPARSE = 2, SUCREF_VEC_HALF = 4, SUCREF_VEC_PHILOX = 8 };
enum { SUCREF_VEC_BLOCK = 1024, SUCREF_VEC_OVERHEAD = 24 };
typedef struct {
    uint32_t seed_low, seed_high; /* known to both ends */
    uint32_t stream;              /* of an encoder, as the next two: a new one for every vector; in the frame */
    uint16_t ratio;               /* step / rms in 2^-8, 40..2048 */
    uint8_t flags;
    uint8_t fraction_bits;        /* of a decoder, 0..8 */
} sucref_vec_options;

/* sucref_vec_ratio_for_bits, _for_error - the ratio that codes a Gaussian vector at bits / 256 bits a value
 * (104..1150), or with error / 65536 of its energy (140..360000); clamped to 40..2048. */
SUCREF_API uint16_t sucref_vec_ratio_for_bits(uint32_t bits, unsigned flags);
SUCREF_API uint16_t sucref_vec_ratio_for_error(uint32_t error, unsigned flags);

/* sucref_vec_encode - x to a frame. work [SUCREF_VEC_BLOCK]. *frame_len: bytes needed, also when room is too short. An
 * int32 vector costs a number of the generator and some shifts more for each value.
 * Errors: SUCREF_E_RANGE (x.n, ratio, flags), SUCREF_E_SPACE (frame holds nothing of use). */
SUCREF_API int sucref_vec_encode(uint8_t *frame, size_t room, size_t *frame_len, sucref_values x,
                                 const sucref_vec_options *o, int32_t *work);

/* sucref_vec_decode - the estimate, in 2^-fraction_bits of a unit (or 2^(down-8) units where that is coarser), rounded
 * to nearest, clamped to int32.
 *   x     [*n] out
 *   n     in: elements of x; out: values in the frame, also when they are more
 *   work  [SUCREF_VEC_BLOCK]
 * Any bytes are safe. Errors: SUCREF_E_RANGE (fraction_bits), SUCREF_E_SPACE (x is too short),
 * SUCREF_E_DATA (x may hold part of a vector). */
SUCREF_API int sucref_vec_decode(int32_t *x, uint32_t *n, const uint8_t *frame, size_t frame_len,
                                 const sucref_vec_options *o, int64_t *work);

#endif

enum { SUCREF_MAX_SHARDS = 16, SUCREF_MAX_PARITY = 4 }; /* data and parity shards at most, as parity has them */
#if !defined(SUCREF_NO_PARITY) || !defined(SUCREF_STATIC)
/* ---- parity ------------------------------------------------------------------------------------------------------
 * Source: [CDC] R. Hadidi et al., "Creating Robust Deep Neural Networks With Coded Distributed Computing for IoT
 * Systems": a layer's rows are split over n devices, and r more compute
 *
 *     p_j = sum_i c_ji y_i      of the integer outputs, before bias, activation and requantization
 *
 * with small integers c_ji, the first row all ones, of which every square minor is other than 0, so that any n of the
 * n + r devices give the others' outputs. Everything wraps at 2^32. A lost y is (a sum of n multiply-adds) / 2^shift:
 * the determinant of the equations is 2^shift times an odd number, which has an inverse. It is exact while every
 * |y| < 2^(31 - shift), shift at most 4 for n <= 8, r <= 4, at most 5 for n <= 16, r <= 3. Shards of fewer rows are
 * filled with zeros. Digit planes of the weights have parities in the same way, plane by plane, and convolutions by
 * output channels.
 *
 * Shards are numbered 0..n-1 for data and n..n+r-1 for parity; a mask has bit k for shard k. */

/* sucref_parity_coefficient - c_ji, within +-4 for n <= 8 and +-8 beyond; 0 where (n, r) is no code: n 1..8 with r
 * 1..4, n 9..16 with r 1..3. */
SUCREF_API int sucref_parity_coefficient(unsigned n, unsigned r, unsigned parity, unsigned shard);

/* sucref_parity_rows - the weights that a parity device computes with: out[k] = sum_i c_ji w_i[k].
 *   out [len] int16: |out| <= 127 * (8 * 16);  w [n] pointers to [len] int8
 * Errors: SUCREF_E_RANGE (no such code). */
SUCREF_API int sucref_parity_rows(int16_t *out, const int8_t *const *w, size_t len, unsigned n, unsigned r,
                                  unsigned parity);

typedef struct {
    uint32_t present, limit;
    uint8_t n, r, n_lost, shift;
    uint8_t lost[SUCREF_MAX_PARITY];                                           /* the lost data shards */
    uint32_t factor[SUCREF_MAX_PARITY][SUCREF_MAX_SHARDS + SUCREF_MAX_PARITY]; /* of every shard; 0: not read */
} sucref_recovery;

/* sucref_recovery_plan - how to find the lost data shards from those present.
 *   limit   every data output keeps |y| < limit, 1..2^31
 * Returns SUCREF_OK (n_lost may be 0), SUCREF_E_ARG, SUCREF_E_RANGE (no such code; or no exact recovery for this limit,
 * p is no plan then), SUCREF_E_STATE (fewer than n shards present). */
SUCREF_API int sucref_recovery_plan(sucref_recovery *p, unsigned n, unsigned r, uint32_t present, uint32_t limit);

/* sucref_recover - outputs of the plan's lost shard number `which` (0..n_lost-1). shard [n + r] pointers to [len];
 * those that the plan does not read may be NULL. out may be none of them. n multiply-adds and a shift for each output,
 * no division. Errors: SUCREF_E_DATA (the shards contradict each other; out is written). */
SUCREF_API int sucref_recover(int32_t *out, const sucref_recovery *p, unsigned which, const int32_t *const *shard,
                              size_t len);

/* sucref_parity_check - do the shards present at a plan contradict each other, or the limit? With s parities to spare
 * (s + n shards present) up to s wrong ones are noticed, though they differ in one output only; with none to spare what
 * an output beyond the limit or a remainder tells.
 *   wrong   NULL, or out: the mask of the wrong shards where at most s / 2 are; the smallest set without which the
 *           others agree. 0 where none is, or where several sets fit: never a guess
 *   shard   [n + r] pointers to [len]; those not present may be NULL
 * Returns SUCREF_OK (no contradiction), SUCREF_E_DATA (one), SUCREF_E_ARG. */
SUCREF_API int sucref_parity_check(uint32_t *wrong, const sucref_recovery *p, const int32_t *const *shard, size_t len);

/* ---- mix ---------------------------------------------------------------------------------------------------------
 * Source: [CIC] J. Tang, N. Agrawal, S. Stanczak, J. Zhu, "Coded Distributed Image Classification". Coding across
 * inputs: each of N workers sees one mixture of all K inputs, and any R of their answers give those of all inputs.
 *
 *     encode    E(a) = sum_{g=0..G} C_g a^g               C_g made of all inputs, in print by trained networks
 *     worker    y_n = H(E(a_n))                           a_n = n / (N + 1), n = 1..N
 *     decode    D(b_k) = sum_n y_n w_kn                   b_k = k / K, k = 1..K, over the R workers chosen
 *               w_kn = prod_{j != n} (b_k - a_j) / (a_n - a_j)
 *
 * D is the same for any R workers where H(E(a)) is in each value a polynomial in a of degree R - 1: R = G + 1 for a
 * linear H, R = G d + 1 for one of degree d. In integers the workers get E times (N + 1)^G. An H that rounds nothing
 * and takes its terms of degree e times (N + 1)^(G (d - e)), so a linear one's bias times (N + 1)^G, answers in whole
 * numbers, and every choice of workers gives the same ones, bit for bit. Where workers round, D is off by up to
 * sum_n |w_kn| times their errors: 2 to 5 for K = 2, two of three; 10 to 769 for K = 4, five of eight.
 *
 * The class of input k is the place of the largest value: all are over the same positive denominator, so nothing is
 * divided. Print names the points a_n for its tests only; b_K = 1 lies beyond all of them. Here workers and inputs are
 * numbered from 0: worker i is at (i + 1) / (N + 1), input i at (i + 1) / K; a mask has bit i for worker i. */
enum { SUCREF_MAX_MIXED = 8 }; /* inputs, and answers needed; workers at most SUCREF_MAX_SHARDS */

/* sucref_mix_encode - what a worker of 1..16 gets: x[i] = sum_g c_g[i] n^g (N + 1)^(G - g), n = worker + 1.
 *   x [len] out; c [degree + 1] pointers to [len] int16, any values; x may be none of them
 * Errors: SUCREF_E_RANGE (no such worker; or (N + 1)^(G + 1) - N^(G + 1) > 65535, beyond which some worker's sums could
 * pass 32 bits: G at most 15, 9, 7, 6, 5, then 4 for N = 6..10, 3 for 11..16). */
SUCREF_API int sucref_mix_encode(int32_t *x, const int16_t *const *c, size_t len, unsigned degree, unsigned workers,
                                 unsigned worker);

typedef struct {
    int32_t denominator; /* of all weights, the least one, > 0 */
    uint8_t inputs, workers, needed;
    uint8_t worker[SUCREF_MAX_MIXED];                   /* those whose answers are read */
    int32_t weight[SUCREF_MAX_MIXED][SUCREF_MAX_MIXED]; /* numerators: of input, of place in worker[] */
} sucref_mix;

/* sucref_mix_plan - the weights of the first `needed` workers present. inputs 1..8, workers 1..16, needed 1..8.
 * Errors: SUCREF_E_STATE (fewer are present), SUCREF_E_RANGE (the numbers; or the denominator, or the magnitudes of one
 * input's numerators together, pass 2^31 - 1). p is no plan then. */
SUCREF_API int sucref_mix_plan(sucref_mix *p, unsigned inputs, unsigned workers, unsigned needed, uint32_t present);

/* sucref_mix_decode - out[i] = denominator * D[i] of input `which`, exact for any y. y [workers] pointers to [len];
 * those that the plan does not read may be NULL. `needed` multiply-adds for each value, no division. */
SUCREF_API int sucref_mix_decode(int64_t *out, const sucref_mix *p, unsigned which, const int32_t *const *y,
                                 size_t len);

/* ---- fusion ------------------------------------------------------------------------------------------------------
 * Source: [SR] section IV. A job is one layer's product for one input, split over n devices and r parities, plane by
 * plane; each device sends its outputs of each plane as one message. Stop t of a job is complete when each of the
 * planes 0..t has all n data shards or, among the first `protect` planes, any n shards. Any transport: bytes in, bytes
 * out.
 *
 *     message   0 'S'  1 i8 exponent  2 u16 layer  4 u32 job  8 u8 plane  9 u8 shard  10 u16 values  12 i32 multiplier
 *               16 i32 outputs  then u32 CRC-32 of all before
 *
 * Little-endian. Multiplier and exponent are the unit of the job's result, sum_t y_t 2^k_t (k_t bits missing behind
 * plane t), and so the same in all of its messages. Damaged, foreign, late and repeated messages change nothing but a
 * counter.
 *
 * A job's number and layer name it: they must not come again while messages of the first such job can still be under
 * way, as nothing tells those from the new one's. */
enum { SUCREF_SHARD_OVERHEAD = 20 };
typedef struct {
    uint32_t job;
    uint16_t layer, count;
    uint8_t plane, shard;
    const uint8_t *outputs; /* set by sucref_shard_open */
    sucref_scale unit;      /* real = result * multiplier * 2^(exponent - 31); multiplier 0: not said */
} sucref_shard;

/* sucref_shard_pack - a message of 1..16383 outputs. *len: bytes needed. Errors: SUCREF_E_RANGE, SUCREF_E_SPACE.
 * sucref_shard_open - takes one apart; out points into it. Any bytes are safe. Errors: SUCREF_E_DATA. */
SUCREF_API int sucref_shard_pack(uint8_t *message, size_t room, size_t *len, const sucref_shard *s, const int32_t *y);
SUCREF_API int sucref_shard_open(sucref_shard *out, const uint8_t *message, size_t len);

typedef struct {
    uint32_t limit;           /* every data output of a plane keeps |y| < limit */
    uint16_t rows;            /* of every shard, 1..16383 */
    uint8_t n, r;             /* data and parity shards; r 0: none */
    uint8_t planes, protect;  /* 1..8; of them the first have parities */
    uint8_t jobs;             /* that can be open at once, 1..64 */
} sucref_fusion_options;

typedef struct {
    sucref_fusion_options o;
    uint32_t *memory;
    /* messages dropped: damaged, of another shape or unit, beyond the limit or not what came first; of no open job;
     * what is there already */
    uint32_t bad, foreign, repeated;
} sucref_fusion;

/* sucref_fusion_work_len - uint32 elements that the state needs: jobs * (4 + planes * (1 + (n + r) * rows)); 0 for
 * options out of range. */
SUCREF_API size_t sucref_fusion_work_len(const sucref_fusion_options *o);

/* sucref_fusion_init - memory [memory_len] is the state's own; o is copied. Errors: SUCREF_E_RANGE, SUCREF_E_SPACE. */
SUCREF_API int sucref_fusion_init(sucref_fusion *f, const sucref_fusion_options *o, uint32_t *memory,
                                  size_t memory_len);

/* All of these answer SUCREF_E_ARG to NULL.
 * sucref_fusion_begin - opens a job of a layer (0..65535). Returns SUCREF_OK, SUCREF_E_RANGE (layer), SUCREF_E_STATE
 * (open already, or closed and its memory not yet used again), SUCREF_E_SPACE (close one first).
 * sucref_fusion_take - one message. Returns SUCREF_STOP (taken, and completed a stop of its job), SUCREF_MORE (taken);
 * dropped and counted: SUCREF_E_DATA (bad), SUCREF_E_STATE (foreign: no such job is open; repeated: it is there).
 * sucref_fusion_stops - counts the complete stops of a job, 0..planes; SUCREF_E_STATE: not open.
 * sucref_fusion_release - a complete plane's outputs out [n][rows], recovered where lost and checked against the
 * parities to spare: twice the work of sucref_recover. *unit: of the job's result, or NULL. Returns SUCREF_OK,
 * SUCREF_E_STATE (not complete), SUCREF_E_RANGE (no exact recovery for the limit), SUCREF_E_DATA (shards contradict
 * each other or the limit).
 * sucref_fusion_close - at the deadline or when done: forgets the job's shards and counts its complete stops. What
 * still comes is foreign from then on. */
SUCREF_API int sucref_fusion_begin(sucref_fusion *f, uint32_t job, unsigned layer);
SUCREF_API int sucref_fusion_take(sucref_fusion *f, const uint8_t *message, size_t len);
SUCREF_API int sucref_fusion_stops(const sucref_fusion *f, uint32_t job, unsigned layer);
SUCREF_API int sucref_fusion_release(const sucref_fusion *f, uint32_t job, unsigned layer, unsigned plane,
                                     int32_t *out, sucref_scale *unit);
SUCREF_API int sucref_fusion_close(sucref_fusion *f, uint32_t job, unsigned layer);

/* ---- shards of a model -------------------------------------------------------------------------------------------
 * One device's part of a layer is a model of one layer (sucref_part_write) that the device runs with sucref_net,
 * a stop for each plane; its input is the layer's, unsigned. What it sends are the sums of one plane,
 *
 *     y_t[r] = sum_c d_t[r][c] u[c]   d_t the digits of w * 2^shift + 128, the first plane's less 2^(bits - 1), so that
 *     a      = sum_t y_t 2^k_t        (k_t bits are missing behind plane t) is the sum of the cut weights themselves
 *
 * A data part holds its rows of the layer, digit by digit as they were. A parity part has a row group for each
 * protected plane, of the digits' combinations: one row for each output where they fit int8, else two,
 * p = low + 128 high.
 *
 * A convolution is split by output channels: a part is a CONV of some of its rows, or of combinations, with whole
 * weights, 1 plane, no bias, and reads the same tensor: pads are its zero point u, and y that of all positions, one
 * behind the other. All sums are exact: |y| <= 255 * sum |w| <= 255 * 128 * 65535 < 2^31, in low and high as well
 * (|low| <= 64, |high| <= 8 * 16); low + 128 high and the recovery wrap at 2^32, as "parity" allows.
 *
 * sucref_shard_sums - y of the plane whose number is the stop that the part's net has just reached; to be called at
 * every stop.
 *   y       [positions][rows] out   rows: the largest shard's; what a shorter data part lacks is 0. Dense: 1 position
 *   before  [n_out of the part] the caller's, any values at the first stop; kept for the next one
 * Errors: SUCREF_E_STATE (no answer), SUCREF_E_RANGE (this part has more rows, or is none). */
SUCREF_API int sucref_shard_sums(int32_t *y, uint32_t rows, const sucref_net *part, int32_t *before);

/* sucref_layer_finish - what a DENSE layer of the whole model answers at a stop, or a CONV at the last one, from all
 * rows' sums, wherever they were computed: correction, bias, requantization and activation, the last layer's order and
 * softmax. The same integers as sucref_net's.
 *   out     [positions][n_out] out  the next layer's input, absent rows 0; of the last layer the answer [the model's
 *                            n_out]
 *   logits  the same, out    z, or NULL
 *   planes  [n_planes] in    pointers to [positions][n_out] each; planes that the stop does not use may be NULL. What
 *                            no weights give with this input is refused, so that sums from anywhere cannot overflow
 *   input   [n_in] in        the layer's input, unsigned (x + 128 for int8), cut as METHOD 5 says where the stop has
 *                            fewer input bits
 * None overlap. Errors: SUCREF_E_RANGE (no such layer or usable stop), SUCREF_E_DATA (sums).
 *
 * sucref_layer_planes - the planes that a layer reads at a stop, as a mask; 0 where there is no such layer or stop. */
typedef struct { const int32_t *const *planes; const uint8_t *input; } sucref_layer_sums;
SUCREF_API int sucref_layer_finish(uint8_t *out, int32_t *logits, const sucref_model *m, unsigned stop, unsigned layer,
                                   const sucref_layer_sums *sums);
SUCREF_API unsigned sucref_layer_planes(const sucref_model *m, unsigned stop, unsigned layer);

/* sucref_net_share - steps a model of one stop, but for its CONV and DENSE layers: their sums are to come from devices.
 *   planes  NULL, or in      the sums of the layer that was asked for, as for sucref_layer_finish
 *   budget  as for sucref_net_step; a layer is finished whole
 *   ask     out              with SUCREF_WAIT: the layer at hand. sucref_net_step in place of its sums computes it here
 * Returns SUCREF_WAIT, SUCREF_MORE, SUCREF_DONE. Errors: SUCREF_E_RANGE (several stops), SUCREF_E_STATE (no input, not
 * all its bits; sums of a layer that is begun or not asked for), SUCREF_E_DATA (sums that nothing gives; the layer is
 * asked for again). */
typedef struct {
    const uint8_t *input;    /* the layer's; an unsigned byte is input[i] ^ flip. Until the layer is done */
    uint32_t n_in, positions, rows; /* its bytes; of the output, and values at each */
    uint16_t layer;
    uint8_t flip;
} sucref_share;
SUCREF_API int sucref_net_share(sucref_net *s, const int32_t *const *planes, uint32_t budget, sucref_share *ask);

/* ---- exchange ----------------------------------------------------------------------------------------------------
 * Source: [AB] chapter 6. Devices own the neurons of every layer, and the inputs, in any way; a device computes its
 * neurons and tells each other one just those that have weights there. What a device has is a part: a file of tables
 * and, for every row group in which it has rows, a model of one layer. Node `devices` computes nothing: it collects
 * the logits. Every value, at every stop, is the whole model's. Layers are dense, and no stop answers by depth.
 *
 * Level 0 are the inputs, level l the outputs of layer l - 1. From j to k goes at a stop and a level, if anything:
 *
 *     message   of fusion: layer level + 256 * plan, plane the stop, shard j, exponent k, multiplier 0
 *     outputs   u32 sums[], then those of j's neurons that k reads and that can have changed since the stop before, as
 *               bytes, four to an output, the first lowest, rest 0; to node `devices` as z, one to an output
 *
 * METHOD 2 wants S of all columns where bits are missing: sums are of j's neurons among the first columns, as many as
 * a row group reads, one for each such number. Of level 0 both are unsigned; sums are of inputs as cut at the stop.
 *
 *     notice    of fusion: layer 65535, one output, the value; plane 255 jobs job..job + value - 1 are purged: nobody
 *               works on them any more; 254 from job on plan `value` is in force, in which devices have other parts;
 *               253 shard asks node value >> 16 for stop value % 256, level (value >> 8) % 256 of the job, again
 *
 *     file      0 "SUCX"  4 u16 version  6 u8 device  7 u8 devices  8 u32 file bytes  12 u8 plan  13 u8 layers
 *               14 u8 stops  15 u8 input type  16 u16 links  18 u16 pieces  20 u16 outputs of the network
 *               24 i32, 28 i8 unit of logits  32 CRC-32 of all but these 4 bytes  36 u8 input bits[stops], padded to 4
 *     level     [layers + 1]  0 u16 own  2 u16 imported  4 u16 first piece of the layer behind  6 u8 pieces  7 u8 sums
 *     link      [links], by level  0 u8 level  1 u8 peer  2 u8 imports  3 u8 sums  4 u16 values  6 u16 first of the
 *               level's imports  8 u16 neurons of the peer  12 list  16 stops: [stops] u16 first  u16 values, or no
 *               message where first is 65535  u32 place
 *     piece     [pieces], by layer  0 model  4 columns  8 rows  12 runs  16 u16 own neurons in S  18 u8 sum
 *
 * Little-endian, unnamed sizes are u32, unnamed bytes 0; lists start at even places. The list of an import: u16 numbers
 * of its neurons in the whole network (to node `devices`: places in the answer); of an export: u16 own neurons, u16 how
 * many first own neurons each sum is of. Place: where the message is kept, in words: the lengths of all before it.
 * Columns: u16 own neurons, then imported ones, or 65535 for 0; rows: u16 own neurons of the next level; runs: [stops]
 * u8 stop of the piece's model, with bit 7 the one whose z is the sum itself, before the one that has the correction
 * and needs S; 255: as before. */
typedef struct {
    const uint8_t *bytes;
    uint32_t file_bytes;
    uint32_t n_in, n_out;    /* own inputs; outputs of the whole network */
    uint32_t piece_words, piece_columns, stop_bytes, imported, kept; /* what the work buffer is made of */
    sucref_scale unit;       /* of logits */
    uint16_t links, pieces;
    uint8_t device, devices, plan, n_layers, n_stops, input_type;
} sucref_exchange_part;

/* sucref_exchange_open - checks everything, pieces and CRC as well; p stays in place while it is used.
 * bytes as for sucref_model_open. Errors: SUCREF_E_DATA. */
SUCREF_API int sucref_exchange_open(sucref_exchange_part *p, const void *bytes, size_t bytes_len, sucref_fault *fault);

typedef struct {
    const sucref_exchange_part *part;
    uint32_t *work;
    sucref_model model;      /* of the piece at hand */
    sucref_net net;
    uint32_t job;            /* at hand; messages of this one and of the next ahead - 1 are kept */
    uint32_t sent;           /* how many messages of the job, those to nobody too; 0: all go again */
    uint32_t spent;          /* multiply-adds of the job, wraps */
    uint32_t bad, foreign, repeated; /* messages dropped, as in sucref_fusion */
    uint32_t plan_job;       /* the job from which on `plan` is in force, where that is not the part's */
    int32_t *z;              /* NULL from init; the caller may set it: out, z of the own rows of all layers, one layer
                              * behind the other, as computed last. Parities recover a lost device's from them */
    uint16_t piece;
    uint8_t ahead, plan, state, stop, layer;
} sucref_exchange;

/* sucref_exchange_work_len - uint32 elements; 0 for NULL or an `ahead` that is none of 1, 2, 4, .. 64.
 * sucref_exchange_init - job: no earlier one will come. e and work [work_len] stay in place. Errors: SUCREF_E_RANGE
 * (ahead), SUCREF_E_SPACE. */
SUCREF_API size_t sucref_exchange_work_len(const sucref_exchange_part *p, unsigned ahead);
SUCREF_API int sucref_exchange_init(sucref_exchange *e, const sucref_exchange_part *p, uint32_t *work, size_t work_len,
                                    unsigned ahead, uint32_t job);

/* sucref_exchange_begin - x [x_len] the device's own inputs, by number, copied; x_len: part's n_in. Jobs before it are
 * over, unfinished or not; numbers go up and wrap. Errors: SUCREF_E_RANGE (x_len, a job before the one at hand),
 * SUCREF_E_STATE (the job was purged, or belongs to another plan).
 * sucref_exchange_step - as sucref_net_step: about `budget` multiply-adds; SUCREF_MORE, SUCREF_STOP, SUCREF_DONE; or
 * SUCREF_WAIT: a message that sucref_exchange_wants names has not come. SUCREF_E_STATE: no job, or it was purged.
 * sucref_exchange_take - any bytes. SUCREF_MORE: taken; SUCREF_STOP: taken, and nothing is missing any more for the
 * layer at hand; SUCREF_DONE: a notice, the job at hand is over. Dropped: SUCREF_E_DATA, SUCREF_E_STATE, as in
 * sucref_fusion_take (foreign: also for another device or plan).
 * sucref_exchange_send - the next message that is ready, for node *to; send before waiting. Errors: SUCREF_E_STATE
 * (there is none now), SUCREF_E_SPACE (*len: bytes needed).
 * sucref_exchange_give - the outputs u, of the last layer z too, of the layer at hand, in place of computing them: of a
 * part that another device stands in for, as recovered by parities. At later stops this layer is to be given again.
 * Errors: SUCREF_E_RANGE (n: not the own neurons behind the layer), SUCREF_E_STATE (no layer at hand).
 * sucref_exchange_wants - the n-th missing message of the layer at hand. Errors: SUCREF_E_STATE (there is none).
 * sucref_exchange_answer - z and u of the device's own rows of the last layer at the last stop reached; at node
 * `devices` all logits in order, and out NULL. Valid until the next begin. Errors: SUCREF_E_STATE.
 * sucref_notice_pack - a notice (kind: plane) of node `from`, of SUCREF_SHARD_OVERHEAD + 4 bytes. Errors:
 * SUCREF_E_RANGE (kind), SUCREF_E_SPACE. */
enum { SUCREF_NOTICE_AGAIN = 253, SUCREF_NOTICE_PLAN = 254, SUCREF_NOTICE_PURGE = 255 };
typedef struct {
    uint32_t job, names;     /* names: place of u16 [count] in the part's bytes, the list of the import */
    uint32_t again;          /* value of a notice that asks for it */
    uint16_t count;
    uint8_t from, level, stop;
} sucref_exchange_want;
SUCREF_API int sucref_exchange_begin(sucref_exchange *e, uint32_t job, const void *x, size_t x_len);
SUCREF_API int sucref_exchange_step(sucref_exchange *e, uint32_t budget);
SUCREF_API int sucref_exchange_take(sucref_exchange *e, const uint8_t *message, size_t len);
SUCREF_API int sucref_exchange_send(sucref_exchange *e, uint8_t *message, size_t room, size_t *len, unsigned *to);
SUCREF_API int sucref_exchange_give(sucref_exchange *e, const uint8_t *u, const int32_t *z, size_t n);
SUCREF_API int sucref_exchange_wants(const sucref_exchange *e, unsigned n, sucref_exchange_want *want);
SUCREF_API int sucref_exchange_answer(const sucref_exchange *e, sucref_answer *a);
SUCREF_API int sucref_notice_pack(uint8_t *message, size_t room, unsigned kind, unsigned from, uint32_t job,
                                  uint32_t value);

#endif

#ifdef SUCREF_HOST
/* ---- writer (host only) ------------------------------------------------------------------------------------------
 * A model file from integers, the integers of a file, and one device's part of a layer. */

enum { SUCREF_ABSENT = 0xFF }; /* bits of a group that has no values at a stop */

typedef struct {              /* one layer, in the words of METHOD */
    uint32_t n_in, n_out;
    const int8_t *w;          /* [n_out][n_in], -127..127, unshifted */
    const int32_t *bias;      /* [n_out], holds -in_zero * sum(w); NULL: zeros */
    const int32_t *multiplier;/* [n_out] with SUCREF_LAYER_PER_ROW, else [1] */
    const int8_t *exponent;   /* the same length; TFLITE -31..30, FLOOR and ROUND: a shift to the right 0..31 */
    const uint8_t *row_shift; /* [n_out] 0..7, or NULL: justified (plan 8: none) */
    const int16_t *table;     /* [SUCREF_TABLE_LEN] with SUCREF_ACT_TABLE */
    const uint8_t *lookup;    /* [SUCREF_LOOKUP_LEN] with SUCREF_ACT_LOOKUP */
    const uint16_t *order;    /* [n_out] with SUCREF_LAYER_ORDER (last layer): where row r's output goes */
    const uint16_t *input_order; /* [n_in] with SUCREF_LAYER_INPUT_ORDER (first layer): the input that column c reads */
    const uint32_t *group_rows; /* [n_groups] rows of each group, or NULL with n_groups 1 */
    const uint32_t *group_columns; /* [n_groups] columns of each group, beyond which its weights are 0; NULL: all */
    uint8_t n_groups;
    uint8_t plan[SUCREF_MAX_PLANES], n_planes, coarse, act, requant, flags, in_zero, out_zero, lo, hi;
    int16_t slope;
    /* the rest is read where the model's spec has tensors; in_zero is not, then */
    uint8_t kind, from, to, from2;
    uint8_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left;
    const uint16_t *box;      /* [9] with SUCREF_KIND_COPY: y, x, c in the input, y, x, c in the output, how many */
    const uint8_t *constant;  /* [n_out] with SUCREF_KIND_CONSTANT */
} sucref_layer_spec;

typedef struct {              /* height x width x channels bytes */
    uint16_t height, width, channels;
    uint8_t zero, state;      /* state: kept from one input to the next, all bytes `initial` before the first */
    uint8_t initial;
} sucref_tensor_spec;

typedef struct {              /* of one stop and group, [rows of the group] each; all NULL: none */
    const int32_t *beta, *gamma;
    const int16_t *alpha;
    const uint8_t *constant;  /* for groups of 0 bits; NULL: the zero point */
} sucref_correction;

typedef struct {              /* what sucref_net_proved reads, of the first layer */
    const uint8_t *mean, *weight; /* [n_in], weights 1..255 */
    const uint32_t *root;     /* [n_stops - 1] in 2^-16; 0: no bounds at this stop */
    const int32_t *offset;    /* [n_stops - 1][n_out] */
    const uint32_t *norm;     /* the same, in 2^-8 */
} sucref_bounds;

typedef struct {
    const sucref_layer_spec *layers;
    const uint8_t *in_bits;   /* [n_stops] */
    const uint8_t *bits;      /* [n_stops][groups of all layers], 0..8 or SUCREF_ABSENT; not read of unnamed heads */
    const uint8_t *heads;     /* [n_stops] the last layer's group that is the answer; NULL: no heads */
    const uint8_t *answers;   /* [n_stops] the layer whose outputs are the answer; NULL: the last one */
    const sucref_correction *corrections; /* the same shape, or NULL */
    const sucref_exit *exits; /* [n_stops - 1], or NULL */
    const sucref_bounds *bounds; /* or NULL */
    uint8_t n_layers, n_stops, input_type;
    uint8_t softmax_shift;
    int32_t softmax_multiplier; /* as sucref_softmax takes them; 0: none */
    sucref_scales scales;
    const sucref_tensor_spec *tensors; /* [n_tensors], the first is the input; NULL: layer n reads what n - 1 wrote */
    uint8_t n_tensors;
    uint8_t layout;           /* SUCREF_LAYOUT_* */
} sucref_model_spec;

/* sucref_model_write - the model file of a spec, which is checked whole before it is used; the result is opened and
 * checked.
 *   out NULL: returns the bytes needed, or 0. Else returns the bytes written, or 0: the spec is inconsistent, out_len
 *   is too short, or sucref_model_open or _check refuses the file. fault names what; its offset is the number of the
 *   layer or stop, the bytes needed, or a place in the file. out must be aligned to 4. */
SUCREF_API uint32_t sucref_model_write(uint8_t *out, size_t out_len, const sucref_model_spec *spec,
                                       sucref_fault *fault);

/* sucref_model_spec_of - the inverse: the spec of an opened model. Writing it again gives the same bytes.
 *   memory NULL: returns the bytes needed. Else returns the bytes used, or 0: NULL, not all stops are there, or memory
 *   is too short or not aligned as malloc's. The spec points into memory and into the model's bytes: both must outlive
 *   it. Exit rules: where some stops have one, the others get a margin that no answer reaches. */
SUCREF_API size_t sucref_model_spec_of(sucref_model_spec *spec, void *memory, size_t memory_len, const sucref_model *m);

/* a layer's rows on devices: data part i has the rows row[i]..row[i + 1] - 1; row[0] is 0, row[n] is n_out */
typedef struct {
    unsigned n, r, protect;   /* data parts, parity parts, planes that have parities (from the first) */
    uint32_t row[SUCREF_MAX_SHARDS + 1], rows; /* rows: of the largest data part */
} sucref_parts;

#if !defined(SUCREF_NO_PARITY) || !defined(SUCREF_STATIC)
/* sucref_part_write - the model of one layer that a device runs for sucref_shard_sums: data part `part`, or from n on
 * parity part `part - n`. Of the layer's spec the weights, row shifts, input order and plan are read; a part reads all
 * columns. out, the result and fault as for sucref_model_write. n 1..16, r as for sucref_parity_coefficient. */
SUCREF_API uint32_t sucref_part_write(uint8_t *out, size_t out_len, const sucref_layer_spec *layer,
                                      const sucref_parts *parts, unsigned part, sucref_fault *fault);
#endif
#endif /* SUCREF_HOST */

#ifdef __cplusplus
}
#endif
#endif /* SUCREF_H */

/* =================================================================================================================
 * End of the API. Below is the implementation: stop here unless you read internals.
 * ================================================================================================================= */
#if defined(SUCREF_IMPLEMENTATION) && !defined(SUCREF_IMPLEMENTATION_ONCE)
#define SUCREF_IMPLEMENTATION_ONCE
#if defined(__GNUC__) && (defined(__thumb__) || defined(__AVR__)) /* C does not see what assembly uses */
#  pragma GCC diagnostic push
#  pragma GCC diagnostic ignored "-Wunused-parameter"
#endif
/* of models and networks: gcc repeats code to save jumps */
#if defined(__OPTIMIZE_SIZE__) && defined(__GNUC__) && !defined(__clang__)
#  pragma GCC push_options
#  pragma GCC optimize("no-thread-jumps", "no-tree-loop-im")
#endif

#define SUCREF_I_PAD4(n) (((uint32_t)(n) + 3U) / 4U * 4U)
#define SUCREF_I_PAD8(n) (((uint32_t)(n) + 7U) / 8U * 8U)
#define SUCREF_I_PAD16(n) (((uint32_t)(n) + 15U) / 16U * 16U)
#define SUCREF_I_WORDS(bytes) (((bytes) + 3U) / 4U)

/* the family of kernels, and of pairs how many rows' sums fit in registers */
#if !defined(SUCREF_KERNEL) || SUCREF_KERNEL == 0
#  undef SUCREF_KERNEL
#  if defined(__AVR__)
#    define SUCREF_KERNEL SUCREF_QUADS
#  elif defined(__thumb__) && !defined(__thumb2__)
#    define SUCREF_KERNEL SUCREF_PAIRS_8
#  else
#    define SUCREF_KERNEL SUCREF_PAIRS
#  endif
#endif
#if defined(SUCREF_CONSTANT_WORK) && (SUCREF_KERNEL == SUCREF_PAIRS || SUCREF_KERNEL == SUCREF_PAIRS_8)
#  undef SUCREF_KERNEL
#  define SUCREF_KERNEL SUCREF_QUADS /* the chunks of pairs depend on the data */
#endif
#if SUCREF_KERNEL == SUCREF_PAIRS_8
#  define SUCREF_I_FAMILY SUCREF_PAIRS
#  define SUCREF_I_SIXTEEN 0
#else
#  define SUCREF_I_FAMILY SUCREF_KERNEL
#  define SUCREF_I_SIXTEEN 1
#endif
#define SUCREF_I_CENTRES (SUCREF_I_FAMILY == SUCREF_PAIRS) /* lists of u - zero point? */
#if SUCREF_I_FAMILY == SUCREF_PAIRS && defined(__ARM_FEATURE_MVE) && defined(__GNUC__) && \
    !defined(__ARM_BIG_ENDIAN) && !defined(SUCREF_READ_U8) && !defined(SUCREF_READ_U32) && \
    !defined(SUCREF_NO_ASM) && !defined(SUCREF_NO_MVE)
#  define SUCREF_I_MVE 1 /* sixteen bytes at once */
#  define SUCREF_I_MVE_EACH static inline __attribute__((__always_inline__))
#  include <arm_mve.h>
#else
#  define SUCREF_I_MVE 0
#endif
/* layouts that are read beside the plain one: on cores with the instructions for them, and on hosts */
#if SUCREF_I_FAMILY != SUCREF_PAIRS
#  define SUCREF_I_HALVES 0
#  define SUCREF_I_BY_ROWS 0
#elif defined(__arm__) || defined(__riscv)
#  ifdef __ARM_FEATURE_DSP
#    define SUCREF_I_HALVES (!SUCREF_I_MVE)
#  else
#    define SUCREF_I_HALVES 0
#  endif
#  define SUCREF_I_BY_ROWS SUCREF_I_MVE
#else
#  define SUCREF_I_HALVES 1
#  define SUCREF_I_BY_ROWS 1
#endif
#if SUCREF_I_FAMILY == SUCREF_PAIRS && (defined(__riscv) || defined(__aarch64__) || defined(__x86_64__))
#  define SUCREF_I_TWO 1 /* sums of sixteen rows of whole weights fit in registers */
#else
#  define SUCREF_I_TWO 0
#endif
#if SUCREF_KERNEL == SUCREF_PAIRS && defined(__x86_64__) && defined(__SSE2__) && defined(__GNUC__) && \
    !defined(SUCREF_READ_U8) && !defined(SUCREF_READ_U32) && !defined(SUCREF_NO_SIMD)
#  define SUCREF_I_SIMD 1 /* whole weights by instructions for many bytes */
#  include <emmintrin.h>
#  if !defined(SUCREF_NO_AVX2) && (defined(__AVX2__) || __STDC_HOSTED__)
#    include <immintrin.h>
#    define SUCREF_I_AVX2 __attribute__((__noinline__, __target__("avx2")))
#    define SUCREF_I_AVX2_EACH static inline __attribute__((__always_inline__, __target__("avx2")))
#    ifdef __AVX2__
#      define SUCREF_I_HAS_AVX2() 1
#    else
#      define SUCREF_I_HAS_AVX2() (__builtin_cpu_supports("avx2") != 0)
#    endif
#  else
#    define SUCREF_I_HAS_AVX2() 0
#  endif
#else
#  define SUCREF_I_SIMD 0
#endif
/* do positions go by runs (see there), windows share lists of their columns, and runs go by lists? */
#define SUCREF_I_RUNS (SUCREF_I_PICTURES && !SUCREF_I_MVE)
#define SUCREF_I_SLIDES (SUCREF_I_PICTURES && SUCREF_I_FAMILY == SUCREF_PAIRS && !SUCREF_I_SIMD)
#define SUCREF_I_RUNS_OF_LISTS (SUCREF_I_RUNS && SUCREF_I_SLIDES)
/* do two positions share weights, and how many depthwise ones at most? */
#if defined(__thumb__) && !defined(__thumb2__) /* few registers */
#  define SUCREF_I_PAIRS_OF_PLACES 0
#  define SUCREF_I_DEPTHS_AT_ONCE (SUCREF_I_RUNS ? 2 : 1)
#else
#  define SUCREF_I_PAIRS_OF_PLACES SUCREF_I_RUNS_OF_LISTS
#  define SUCREF_I_DEPTHS_AT_ONCE (SUCREF_I_PAIRS_OF_PLACES ? 3 : 1)
#endif
#ifdef SUCREF_NO_STOPS
#  define SUCREF_I_STOPS 0
#else
#  define SUCREF_I_STOPS 1
#endif
#if !SUCREF_I_STOPS && defined(__arm__) && (SUCREF_I_HALVES || SUCREF_I_BY_ROWS)
#  define SUCREF_I_OWN_LAYOUT 1
#  define SUCREF_I_LAYOUT(m) ((unsigned)(SUCREF_I_HALVES ? SUCREF_LAYOUT_HALVES : SUCREF_LAYOUT_ROWS))
#else
#  define SUCREF_I_OWN_LAYOUT 0
#  define SUCREF_I_LAYOUT(m) ((unsigned)(m)->layout)
#endif
#ifndef SUCREF_ASSERT
#  define SUCREF_ASSERT(cond) ((void)0)
#endif
#ifndef SUCREF_BARRIER
#  if defined(__GNUC__)
#    define SUCREF_BARRIER() __asm__ volatile("" ::: "memory")
#  else
#    define SUCREF_BARRIER() ((void)0) /* volatile accesses only: define it on such compilers when interrupts read */
#  endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#  define SUCREF_I_HIDE(v) __asm__("" : "+r"(v)) /* the compiler no longer knows v: a constant stays in its register */
#  define SUCREF_I_ALONE __attribute__((__noinline__)) /* registers to itself */
#  define SUCREF_I_FORGET() __asm__("" ::: "memory") /* what memory holds, rather than a copy on the stack */
#  if defined(__OPTIMIZE_SIZE__) && !defined(__clang__)
#    define SUCREF_I_FAST __attribute__((__optimize__("O2"))) /* an inner loop that -Os makes half as long again */
#  else
#    define SUCREF_I_FAST
#  endif
#  ifdef __OPTIMIZE_SIZE__
#    define SUCREF_I_SMALL 1 /* loops that are written out, and the like, only where they are most of the time */
#    define SUCREF_I_EACH static
#  else
#    define SUCREF_I_SMALL 0
#    define SUCREF_I_EACH static inline __attribute__((__always_inline__)) /* once for each caller's constants */
#  endif
#else
#  define SUCREF_I_SMALL 0
#  define SUCREF_I_EACH static
#  define SUCREF_I_HIDE(v) ((void)0)
#  define SUCREF_I_FAST
#  define SUCREF_I_FORGET() ((void)0)
#  define SUCREF_I_ALONE
#endif

/* ---- integer helpers --------------------------------------------------------------------------------------------- */
/* Model bytes. A word is one load only where that is legal C for this compiler (may_alias) and the order fits; so are
 * two bytes, which lie at multiples of 2 in a file. */
#ifndef SUCREF_READ_U8
#  define SUCREF_READ_U8(p) (*(p))
#  if !defined(SUCREF_READ_U32) && defined(__GNUC__) && defined(__BYTE_ORDER__)
#    if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#      define SUCREF_I_WORD_READS
typedef uint32_t __attribute__((__may_alias__)) sucref_i_word;
typedef uint16_t __attribute__((__may_alias__)) sucref_i_two_bytes;
#      define SUCREF_READ_U32(p) (*(const sucref_i_word *)(const void *)(p))
#    endif
#  endif
#endif
#ifndef SUCREF_READ_U32
#  define SUCREF_READ_U32(p) sucref_i_bytes_u32(p)
static inline uint32_t sucref_i_bytes_u32(const uint8_t *p)
{
    return (uint32_t)SUCREF_READ_U8(p) | (uint32_t)SUCREF_READ_U8(p + 1) << 8 | (uint32_t)SUCREF_READ_U8(p + 2) << 16 |
           (uint32_t)SUCREF_READ_U8(p + 3) << 24;
}
#endif

static inline uint32_t sucref_i_u32(const uint8_t *p) { return SUCREF_READ_U32(p); }

static inline uint16_t sucref_i_u16(const uint8_t *p)
{
#ifdef SUCREF_I_WORD_READS
    return *(const sucref_i_two_bytes *)(const void *)p;
#else
    return (uint16_t)(SUCREF_READ_U8(p) | (unsigned)SUCREF_READ_U8(p + 1) << 8);
#endif
}

/* two's complement value of unsigned bits, without the implementation-defined conversion */
static inline int32_t sucref_i_s32(uint32_t u) { return u <= 0x7FFFFFFFU ? (int32_t)u : -(int32_t)(~u) - 1; }
static inline int16_t sucref_i_s16(uint16_t u) { return (int16_t)(u < 0x8000U ? (int32_t)u : (int32_t)u - 65536); }
static inline int sucref_i_s8(uint8_t u) { return (int)(u ^ 0x80U) - 0x80; }

/* floor(v / 2^s), 0 <= s <= 63 */
static inline int64_t sucref_i_floor64(int64_t v, unsigned s) { return v >= 0 ? v >> s : ~(~v >> s); }
static inline int32_t sucref_i_floor32(int32_t v, unsigned s)
{
#if defined(__AVR__) && !defined(SUCREF_NO_ASM) /* bytes, then bits; 6 or 7 from the other side */
    if (!__builtin_constant_p(s)) { /* C would go bit by bit */
        uint8_t n = (uint8_t)s, top;
        __asm__("rjmp 2f\n1:\tmov %A0, %B0\n\tmov %B0, %C0\n\tmov %C0, %D0\n\tlsl %D0\n\tsbc %D0, %D0\n"
                "2:\tsubi %1, 8\n\tbrsh 1b\n\tcpi %1, 0xFE\n\tbrlo 5f\n\tmov %2, %D0\n\tlsl %2\n\tsbc %2, %2\n"
                "3:\tlsl %A0\n\trol %B0\n\trol %C0\n\trol %D0\n\trol %2\n\tinc %1\n\tbrne 3b\n\t"
                "mov %A0, %B0\n\tmov %B0, %C0\n\tmov %C0, %D0\n\tmov %D0, %2\n\trjmp 6f\n"
                "4:\tasr %D0\n\tror %C0\n\tror %B0\n\tror %A0\n5:\tdec %1\n\tcpi %1, 0xF7\n\tbrne 4b\n6:"
                : "+r"(v), "+d"(n), "=&r"(top));
        return v;
    }
#endif
    return v >= 0 ? v >> s : ~(~v >> s);
}

static inline int32_t sucref_i_sat32(int64_t v)
{
    return v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : (int32_t)v;
}

/* v * 2^s, saturated, 0 <= s <= 31 */
static int32_t sucref_i_up(int32_t v, unsigned s)
{
    const int32_t most = INT32_MAX >> s;
    return v > most ? INT32_MAX : v < -most - 1 ? INT32_MIN : sucref_i_s32((uint32_t)v << s);
}

static inline int32_t sucref_i_mul16(int16_t a, uint16_t b)
{
#if defined(__AVR_HAVE_MUL__) && !defined(SUCREF_NO_ASM) /* where C calls a function that calls another one */
    int32_t p;
    uint8_t none;
    __asm__("clr %1\n\tmul %A2, %A3\n\tmovw %A0, r0\n\tmulsu %B2, %B3\n\tmovw %C0, r0\n\t"
            "mulsu %B2, %A3\n\tsbc %D0, %1\n\tadd %B0, r0\n\tadc %C0, r1\n\tadc %D0, %1\n\t"
            "mul %A2, %B3\n\tadd %B0, r0\n\tadc %C0, r1\n\tadc %D0, %1\n\tclr r1"
            : "=&r"(p), "=&r"(none)
            : "a"(a), "a"(b)
            : "r0");
    return p;
#else
    return (int32_t)a * b;
#endif
}

/* largest r with r * r <= v, or with `up` the smallest with r * r >= v (at most 2^32 - 1) */
static uint32_t sucref_i_root(uint64_t v, int up)
{
    uint64_t rest = v, root = 0, bit = (uint64_t)1 << 62;
    for (; bit != 0; bit >>= 2) { /* root is 2 * r * b, so that (r + b)^2 - r^2 = root + bit */
        if (rest >= root + bit) {
            rest -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
    }
    return (uint32_t)root + (up && rest != 0 && root < 0xFFFFFFFFU ? 1U : 0U);
}

/* where a product of 64 bits is not dear */
#define SUCREF_I_LONG (SUCREF_KERNEL != SUCREF_PAIRS_8 && SUCREF_KERNEL != SUCREF_QUADS)
#if SUCREF_KERNEL == SUCREF_QUADS
typedef int16_t sucref_i_rounded;
#else
typedef int32_t sucref_i_rounded;
#endif

/* round(a * b / 2^31), halves up; the reference's saturating rounding doubling high multiplication */
static int32_t sucref_i_mul31(int32_t a, int32_t b)
{
#if SUCREF_I_LONG || SUCREF_I_SMALL
    return sucref_i_sat32(sucref_i_floor64((int64_t)a * b + ((int64_t)1 << 30), 31));
#else /* by halves: a * b = 2^32 high + low; |a's upper half| * b's lower one + 2^16 < 2^31, and the other way round */
    const int32_t a1 = sucref_i_floor32(a, 16), b1 = sucref_i_floor32(b, 16);
    const uint32_t a0 = (uint32_t)a & 0xFFFFU, b0 = (uint32_t)b & 0xFFFFU, least = a0 * b0;
    const int32_t mid = a1 * (int32_t)b0 + (int32_t)(least >> 16),
                  more = b1 * (int32_t)a0 + (int32_t)((uint32_t)mid & 0xFFFFU);
    const uint32_t low = ((uint32_t)more << 16 | (least & 0xFFFFU)) + 0x40000000U;
    const int32_t high = a1 * b1 + sucref_i_floor32(mid, 16) + sucref_i_floor32(more, 16) + (low < 0x40000000U ? 1 : 0);
    return high == 0x40000000 ? 0x7FFFFFFF : sucref_i_s32((uint32_t)high << 1 | low >> 31); /* |high| <= 2^30 */
#endif
}

/* round(v / 2^e), halves away from zero, 0 <= e <= 31 */
static int32_t sucref_i_round_shift(int32_t v, unsigned e)
{
    const uint32_t mask = ((uint32_t)1 << e) - 1U, rest = (uint32_t)v & mask;
    return sucref_i_floor32(v, e) + (rest > (mask >> 1) + (v < 0 ? 1U : 0U) ? 1 : 0);
}

/* CRC-32 (IEEE 802.3), four bits at a time; start with 0xFFFFFFFF, invert at the end */
static uint32_t sucref_i_crc_byte(uint32_t crc, unsigned byte)
{
    static const uint32_t nibble[16] = { 0x00000000U, 0x1DB71064U, 0x3B6E20C8U, 0x26D930ACU, 0x76DC4190U, 0x6B6B51F4U,
                                         0x4DB26158U, 0x5005713CU, 0xEDB88320U, 0xF00F9344U, 0xD6D6A3E8U, 0xCB61B38CU,
                                         0x9B64C2B0U, 0x86D3D2D4U, 0xA00AE278U, 0xBDBDF21CU };
    crc ^= byte;
    crc = (crc >> 4) ^ nibble[crc & 15U];
    return (crc >> 4) ^ nibble[crc & 15U];
}

/* of model bytes */
static uint32_t sucref_i_crc(uint32_t crc, const uint8_t *p, uint32_t len)
{
    uint32_t i;
    for (i = 0; i < len; i++) { crc = sucref_i_crc_byte(crc, SUCREF_READ_U8(p + i)); }
    return crc;
}

/* of a frame, whose last word holds it, and of len bytes behind */
static uint32_t sucref_i_crc_behind(const uint8_t *p, uint32_t frame, uint32_t len)
{
    return ~sucref_i_crc(sucref_i_crc(0xFFFFFFFFU, p, frame - 4U), p + frame, len);
}

SUCREF_API const char *sucref_status_text(int status)
{
#ifdef SUCREF_NO_STATUS_TEXT
    (void)status;
    return "";
#else
    static const char *const text[] = { /* from the lowest status to the highest */
        "called too early or too late", "not valid data", "buffer too short", "number out of range",
        "null, misaligned or inconsistent argument", "ok", "more to do", "stop reached", "done",
        "waiting for input bits"
    };
    return status < SUCREF_E_STATE || status > SUCREF_WAIT ? "unknown status" : text[status - SUCREF_E_STATE];
#endif
}

/* ---- partition: implementation -----------------------------------------------------------------------------------
 * Invariant: a number's magnitude is held as M in units of 2^P[d], M < 2^span, span = P[0] - P[d] <= 31. */

static int sucref_i_vector_ok(sucref_vector v)
{
    const int8_t *p = v.p;
    const size_t p_len = v.len;
    size_t i;
    if (p_len < 2 || p_len > 32 || p[0] > 64 || p[p_len - 1] < -64 || p[0] - p[p_len - 1] > 31) { return 0; }
    for (i = 1; i < p_len; i++) { if (p[i - 1] <= p[i] || p[i - 1] - p[i] > 15) { return 0; } }
    return 1;
}

SUCREF_API int sucref_partition(int16_t *digits, const int32_t *x, size_t len, int x_exp, sucref_vector v,
                                int overflow)
{
    const int8_t *p = v.p;
    const size_t p_len = v.len;
    uint32_t top;
    size_t n, i;
    int up;
    if (digits == NULL || x == NULL || p == NULL) { return SUCREF_E_ARG; }
    if (!sucref_i_vector_ok(v) || x_exp < -64 || x_exp > 64) { return SUCREF_E_RANGE; }
    if (overflow != SUCREF_SATURATE && overflow != SUCREF_WRAP) { return SUCREF_E_ARG; }
    up = x_exp - p[p_len - 1];
    top = ((uint32_t)1 << (p[0] - p[p_len - 1])) - 1U;
    for (n = 0; n < len; n++) {
        const uint32_t mag = x[n] < 0 ? 0U - (uint32_t)x[n] : (uint32_t)x[n];
        uint32_t m = up >= 32 || up <= -32 ? 0U : up >= 0 ? mag << up : mag >> -up; /* modulo 2^32: >= span bits */
        const int lost = up >= 32 ? mag != 0 : up > 0 && (mag >> (32 - up)) != 0;
        if (overflow == SUCREF_SATURATE && (lost || m > top)) { m = top; }
        m &= top;
        for (i = 1; i < p_len; i++) {
            const int32_t digit = (int32_t)(m >> (p[i] - p[p_len - 1]) & (((uint32_t)1 << (p[i - 1] - p[i])) - 1U));
            digits[(i - 1) * len + n] = (int16_t)(x[n] < 0 ? -digit : digit);
        }
    }
    return SUCREF_OK;
}

SUCREF_API int sucref_join(int32_t *x, const int16_t *digits, size_t len, sucref_vector v, size_t n_digits)
{
    const int8_t *p = v.p;
    size_t n, i;
    if (x == NULL || digits == NULL || p == NULL) { return SUCREF_E_ARG; }
    if (!sucref_i_vector_ok(v) || n_digits < 1 || n_digits >= v.len) { return SUCREF_E_RANGE; }
    for (n = 0; n < len; n++) {
        x[n] = 0;
        for (i = 1; i <= n_digits; i++) {
            x[n] = x[n] * ((int32_t)1 << (p[i - 1] - p[i])) + digits[(i - 1) * len + n];
        }
    }
    return SUCREF_OK;
}

/* ---- schedule and linear: implementation -------------------------------------------------------------------------
 * Invariant: y = bias + sum over the products done of 2^(P[i]-P[d] + Q[j]-Q[d]) * (w_i . x_j), exact in int32. */

SUCREF_API int sucref_schedule(sucref_product *gamma, size_t gamma_len, sucref_vector p, sucref_vector q)
{
    size_t n = 0, at, i, j;
    if (gamma == NULL || p.p == NULL || q.p == NULL) { return SUCREF_E_ARG; }
    if (!sucref_i_vector_ok(p) || !sucref_i_vector_ok(q)) { return SUCREF_E_RANGE; }
    if (gamma_len < (p.len - 1) * (q.len - 1)) { return SUCREF_E_SPACE; }
    for (i = 1; i < p.len; i++) { /* insertion behind all of at least the same weight keeps smaller i first */
        for (j = 1; j < q.len; j++, n++) {
            for (at = n; at > 0 && p.p[gamma[at - 1].i] + q.p[gamma[at - 1].j] < p.p[i] + q.p[j]; at--) {
                gamma[at] = gamma[at - 1];
            }
            gamma[at].i = (uint8_t)i;
            gamma[at].j = (uint8_t)j;
        }
    }
    return (int)n;
}

/* bits from the first to the last of a vector, and the unit of a digit in those of the last */
static int sucref_i_span(sucref_vector v) { return v.p[0] - v.p[v.len - 1]; }
static int sucref_i_above_last(sucref_vector v, size_t i) { return v.p[i] - v.p[v.len - 1]; }

SUCREF_API int sucref_linear_init(sucref_linear *l, int32_t *y, const sucref_linear_layer *of)
{
    sucref_product gamma[64];
    uint32_t r;
    int n;
    if (l == NULL || y == NULL || of == NULL || of->w == NULL || of->x == NULL || of->p.p == NULL || of->q.p == NULL) {
        return SUCREF_E_ARG;
    }
    if (of->n_out < 1 || of->n_out > 65535U || of->n_in < 1 || of->n_in > 65535U) { return SUCREF_E_RANGE; }
    if (sucref_schedule(gamma, 64, of->p, of->q) < 0) { return SUCREF_E_RANGE; }
    n = sucref_i_span(of->p) + sucref_i_span(of->q);
    if (n > 30 || ((uint64_t)of->n_in << n) > 0x40000000U) { return SUCREF_E_RANGE; }
    for (r = 0; of->bias != NULL && r < of->n_out; r++) {
        if (of->bias[r] >= 0x40000000 || of->bias[r] <= -0x40000000) { return SUCREF_E_RANGE; }
    }
    l->of = *of;
    l->y = y;
    l->n_products = (uint32_t)((of->p.len - 1) * (of->q.len - 1));
    for (r = 0; r < l->n_products; r++) { l->gamma[r] = gamma[r]; }
    l->next = 0;
    for (r = 0; r < of->n_out; r++) { y[r] = of->bias != NULL ? of->bias[r] : 0; }
    return SUCREF_OK;
}

SUCREF_API int sucref_linear_step(sucref_linear *l)
{
    const int16_t *w, *x;
    sucref_product g;
    uint32_t r, c;
    int32_t unit;
    if (l == NULL) { return SUCREF_E_ARG; }
    if (l->next >= l->n_products) { return SUCREF_E_STATE; }
    g = l->gamma[l->next++];
    unit = (int32_t)1 << (sucref_i_above_last(l->of.p, g.i) + sucref_i_above_last(l->of.q, g.j));
    w = l->of.w + (size_t)(g.i - 1U) * l->of.n_out * l->of.n_in;
    x = l->of.x + (size_t)(g.j - 1U) * l->of.n_in;
    for (r = 0; r < l->of.n_out; r++, w += l->of.n_in) {
        int32_t sum = 0;
        for (c = 0; c < l->of.n_in; c++) { sum += (int32_t)w[c] * x[c]; }
        l->y[r] += sum * unit;
    }
    return (int)(l->n_products - l->next);
}

SUCREF_API uint64_t sucref_linear_bound(const sucref_linear *l, uint32_t r)
{
    const sucref_vector p = l->of.p, q = l->of.q;
    uint64_t left = (uint64_t)1 << (sucref_i_span(p) + sucref_i_span(q));
    uint32_t k;
    if (r > l->n_products) { return UINT64_MAX; }
    for (k = 0; k < r; k++) {
        const unsigned i = l->gamma[k].i, j = l->gamma[k].j;
        left -= (((uint64_t)1 << sucref_i_above_last(p, i - 1U)) - ((uint64_t)1 << sucref_i_above_last(p, i))) *
                (((uint64_t)1 << sucref_i_above_last(q, j - 1U)) - ((uint64_t)1 << sucref_i_above_last(q, j)));
    }
    return left * l->of.n_in;
}

SUCREF_API uint64_t sucref_linear_rest(const sucref_linear *l)
{
    const sucref_vector p = l->of.p, q = l->of.q;
    uint64_t rest = 0;
    uint32_t k, c;
    for (k = l->next; k < l->n_products; k++) {
        const unsigned i = l->gamma[k].i, j = l->gamma[k].j;
        const int16_t *x = l->of.x + (size_t)(j - 1U) * l->of.n_in;
        uint64_t sum = 0;
        for (c = 0; c < l->of.n_in; c++) { sum += (uint64_t)(x[c] < 0 ? -(int32_t)x[c] : x[c]); }
        rest += ((((uint64_t)1 << (p.p[i - 1] - p.p[i])) - 1U) << sucref_i_above_last(p, i)) *
                (sum << sucref_i_above_last(q, j));
    }
    return rest;
}

/* ---- layout of planes --------------------------------------------------------------------------------------------
 * METHOD 4. Where a block lies, how many rows it has and which of its bits are a digit is known here, and to the
 * kernels, which read whole blocks. */

typedef struct {
    const uint8_t *bytes;
    uint32_t n_rows, n_in;  /* 1..65535 each */
    uint8_t width, slot;    /* bits of a digit, and of the place it has */
    uint8_t layout;         /* SUCREF_LAYOUT_*; halves of full bytes only */
} sucref_i_plane;

typedef struct { uint32_t at, rows, inside; } sucref_i_block; /* its place in the plane; the row's place in it */

static inline sucref_i_plane sucref_i_plane_of(const uint8_t *bytes, uint32_t n_rows, uint32_t n_in, unsigned width,
                                               unsigned layout)
{
    sucref_i_plane p;
    p.bytes = bytes;
    p.n_rows = n_rows; p.n_in = n_in;
    if (!SUCREF_I_STOPS) { width = 8; }
    p.width = (uint8_t)width;
    p.slot = (uint8_t)(width <= 2 ? width : width <= 4 ? 4 : 8);
    p.layout = (uint8_t)(layout == SUCREF_LAYOUT_HALVES && width != 8 ? (unsigned)SUCREF_LAYOUT_PLAIN : layout);
    return p;
}
/* of planes that lists, or what stands for them, are multiplied by */
#define SUCREF_I_IS_HALVES(p) (SUCREF_I_HALVES && (SUCREF_I_OWN_LAYOUT || (p)->layout == SUCREF_LAYOUT_HALVES))
#define SUCREF_I_IS_ROWS(p) (SUCREF_I_BY_ROWS && (SUCREF_I_OWN_LAYOUT || (p)->layout == SUCREF_LAYOUT_ROWS))

/* the block that holds a row; behind the last row, padding included, the end of the plane */
static sucref_i_block sucref_i_block_of(const sucref_i_plane *p, uint32_t row)
{
    uint32_t left = SUCREF_I_PAD4(p->n_rows);
    sucref_i_block b = { 0, 0, 0 };
    unsigned log2;
    if (!SUCREF_I_STOPS || (!SUCREF_I_SMALL && p->slot == 8 && row < (left & ~(uint32_t)7))) { /* asked for often */
        b.at = (row < left ? row & ~(uint32_t)7 : left) * p->n_in;
        b.rows = row < (left & ~(uint32_t)7) ? 8U : row < left ? 4U : 0U;
        b.inside = row & 7U;
        return b;
    }
    if (!SUCREF_I_SMALL && p->slot < 8 && row < 16 && left >= 16) {
        b.rows = 16;
        b.inside = row;
        return b;
    }
    for (log2 = p->slot == 8 ? 3 : 4; log2 >= 2; log2--) { /* full blocks, then tails of 8 and 4 rows */
        const uint32_t size = 1U << log2, rows = left & ~(size - 1U), blocks = (row < rows ? row : rows) >> log2;
        if (blocks > 0) { b.at += blocks * ((p->n_in * p->slot * size + 31U) / 32U * 4U); }
        if (row < rows) {
            b.rows = size;
            b.inside = row & (size - 1U);
            break;
        }
        row -= rows;
        left -= rows;
    }
    return b;
}

/* in the layout `rows`, how many rows' bytes or parts of bytes are a unit, and its bytes for 16 columns */
static inline uint32_t sucref_i_unit_rows(unsigned slot) { return slot == 1 ? 8U : 4U; }
static inline uint32_t sucref_i_unit_bytes(unsigned slot) { return slot == 1 ? 16U : 8U * slot; }

/* bytes of a plane, at most 65536 * 65535; of one that no file can hold, 2^32 - 1 */
static uint32_t sucref_i_plane_bytes(uint32_t n_rows, uint32_t n_in, unsigned width, unsigned layout)
{
    const sucref_i_plane p = sucref_i_plane_of(NULL, n_rows, n_in, width, layout);
    uint64_t bytes = sucref_i_block_of(&p, SUCREF_I_PAD4(n_rows)).at;
    if (SUCREF_I_HALVES && p.layout == SUCREF_LAYOUT_HALVES) {
        bytes = (uint64_t)SUCREF_I_PAD4(n_rows) * SUCREF_I_PAD4(n_in);
    }
    if (SUCREF_I_BY_ROWS && p.layout == SUCREF_LAYOUT_ROWS) {
        const uint32_t unit = sucref_i_unit_rows(p.slot);
        bytes = (uint64_t)((n_rows + unit - 1U) / unit) * (SUCREF_I_PAD16(n_in) / 16U * sucref_i_unit_bytes(p.slot));
    }
    return bytes > 0xFFFFFFFFU ? 0xFFFFFFFFU : (uint32_t)bytes;
}

/* of halves, the byte of the lower of two rows; the upper one's is behind it */
static uint32_t sucref_i_half_at(const sucref_i_plane *p, uint32_t row, uint32_t col)
{
    return (row & ~(uint32_t)3) * SUCREF_I_PAD4(p->n_in) + (col & ~(uint32_t)3) * 4U + (col & 1U) * 8U +
           (row & 2U) * 2U + (col & 2U);
}

/* of rows, the byte that holds a digit, and the digit's lowest bit in it */
static uint32_t sucref_i_rows_at(unsigned *bit, const sucref_i_plane *p, uint32_t row, uint32_t col)
{
    const uint32_t unit = sucref_i_unit_rows(p->slot), bytes = sucref_i_unit_bytes(p->slot), of_byte = 8U / p->slot;
    *bit = (unsigned)(row % of_byte) * p->slot;
    return (row / unit * (SUCREF_I_PAD16(p->n_in) / 16U) + col / 16U) * bytes + row % unit / of_byte * 16U + col % 16U;
}

/* w of a plane of 8 bits */
static int sucref_i_whole_weight(const sucref_i_plane *p, uint32_t row, uint32_t col)
{
    sucref_i_block b;
    unsigned bit;
    if (SUCREF_I_IS_ROWS(p)) { return (int)SUCREF_READ_U8(p->bytes + sucref_i_rows_at(&bit, p, row, col)) - 128; }
    if (SUCREF_I_IS_HALVES(p)) {
        const uint8_t *q = p->bytes + sucref_i_half_at(p, row, col);
        const int low = sucref_i_s8(SUCREF_READ_U8(q));
        return (row & 1U) ? sucref_i_s8(SUCREF_READ_U8(q + 1)) + (low < 0) : low;
    }
    b = sucref_i_block_of(p, row);
    return (int)SUCREF_READ_U8(p->bytes + b.at + col * b.rows + b.inside) - 128;
}

/* the same of the plain layout */
static uint32_t sucref_i_plain_at(unsigned *bit, const sucref_i_plane *p, uint32_t row, uint32_t col)
{
    const sucref_i_block b = sucref_i_block_of(p, row);
    const uint32_t column_bits = b.rows * p->slot, word_rows = column_bits >= 32U ? 32U / p->slot : b.rows;
    const uint32_t half = word_rows / 2U, in_word = b.inside & (word_rows - 1U);
    const uint32_t columns = column_bits >= 32U ? 1U : 32U / column_bits; /* in a word */
    const uint32_t word = column_bits > 32U ? col * 2U + b.inside / word_rows : col / columns;
    const uint32_t at = p->slot * ((col & (columns - 1U)) * half + (in_word & (half - 1U))) + (in_word >= half) * 16U;
    *bit = (unsigned)(at % 8U);
    return b.at + word * 4U + at / 8U;
}

/* the byte of a plane that holds a digit, and the digit's lowest bit in that byte; no plane of halves */
static uint32_t sucref_i_digit_at(unsigned *bit, const sucref_i_plane *p, uint32_t row, uint32_t col)
{
    return SUCREF_I_IS_ROWS(p) ? sucref_i_rows_at(bit, p, row, col) : sucref_i_plain_at(bit, p, row, col);
}

#ifdef SUCREF_HOST
/* v of METHOD 1; a weight that does not fit its row's shift saturates, as a coarse plane's may */
static unsigned sucref_i_unsigned_weight(int32_t w, unsigned shift)
{
    const int32_t v = w * ((int32_t)1 << shift);
    return (unsigned)((v > 127 ? 127 : v < -128 ? -128 : v) + 128);
}

/* the largest shift 0..7 that keeps the row's |w| * 2^s <= 127; 0 for a row of zeros */
static unsigned sucref_i_row_shift(const int8_t *w, uint32_t n_in)
{
    unsigned max = 0, s = 0;
    uint32_t c;
    for (c = 0; c < n_in; c++) {
        const unsigned mag = (unsigned)(w[c] < 0 ? -w[c] : w[c]);
        if (mag > max) { max = mag; }
    }
    while (max != 0 && s < 7 && max * 2U <= 127U) { max *= 2U; s++; }
    return s;
}
#endif

/* ---- model: implementation ---------------------------------------------------------------------------------------
 * Invariant: after open, every offset that the tables name for a usable stop lies inside bytes_len, is a multiple of 4
 * and has the size that the tables imply. Engine code relies on it and checks nothing again. */

enum { /* byte offsets in the file and its records */
    SUCREF_I_HEADER = 64, SUCREF_I_LAYER = 48, SUCREF_I_TENSOR = 16, SUCREF_I_GROUP = 40, SUCREF_I_STOP = 16,
    SUCREF_I_ENTRY = 8, SUCREF_I_FRAME = 16,
    SUCREF_I_H_VERSION = 4, SUCREF_I_H_LAYOUT = 6, SUCREF_I_H_FILE = 8, SUCREF_I_H_HEAD = 12, SUCREF_I_H_IN = 16,
    SUCREF_I_H_OUT = 20, SUCREF_I_H_LAYERS = 24, SUCREF_I_H_GROUPS = 26, SUCREF_I_H_STOPS = 28, SUCREF_I_H_INPUT = 29,
    SUCREF_I_H_SHIFT = 30, SUCREF_I_H_ZERO = 31, SUCREF_I_H_SOFTMAX = 32, SUCREF_I_H_SCALES = 36,
    SUCREF_I_H_EXPONENTS = 48, SUCREF_I_H_ZERO2 = 51, SUCREF_I_H_TENSORS = 52, SUCREF_I_H_ZERO3 = 54,
    SUCREF_I_H_CRC = 60,
    SUCREF_I_L_IN = 0, SUCREF_I_L_OUT = 4, SUCREF_I_L_PARAMS = 8, SUCREF_I_L_GROUP = 12, SUCREF_I_L_GROUPS = 14,
    SUCREF_I_L_PLAN = 16, SUCREF_I_L_PLANES = 24, SUCREF_I_L_COARSE = 25, SUCREF_I_L_ACT = 26, SUCREF_I_L_REQUANT = 27,
    SUCREF_I_L_FLAGS = 28, SUCREF_I_L_IN_ZERO = 29, SUCREF_I_L_OUT_ZERO = 30, SUCREF_I_L_LO = 31, SUCREF_I_L_HI = 32,
    SUCREF_I_L_MAX = 33, SUCREF_I_L_SLOPE = 34, SUCREF_I_L_KIND = 36, SUCREF_I_L_FROM = 37, SUCREF_I_L_TO = 38,
    SUCREF_I_L_KERNEL = 40,
    SUCREF_I_X_ZERO = 6, SUCREF_I_X_FLAGS = 7, SUCREF_I_X_PLACE = 8, SUCREF_I_X_FIRST = 12, SUCREF_I_X_LAST = 13,
    SUCREF_I_X_INITIAL = 14, /* of a tensor */
    SUCREF_I_F_TYPE = 0, SUCREF_I_F_FLAGS = 2, SUCREF_I_F_STOP = 3, SUCREF_I_F_LAYER = 4, SUCREF_I_F_INDEX = 6,
    SUCREF_I_F_LEN = 8, SUCREF_I_F_CRC = 12
};
enum { SUCREF_I_T_CORRECTION = 1, SUCREF_I_T_PLANE = 2, SUCREF_I_T_EXIT = 3, SUCREF_I_T_BOUNDS = 4 }; /* sections */
enum { SUCREF_I_REQUIRED = 1, SUCREF_I_EXIT_LEN = 16, SUCREF_I_BOX = 20 };

#define SUCREF_I_PLACES 0xFFFFFFU /* words that places of tensors reach over */

/* parts of a layer's parameters, in order, and their total length */
typedef struct {
    uint32_t bias, multiplier, exponent, shift, sums, colmax, box, table, order, mean, weight, input_order, end;
} sucref_i_params;

/* a layer's kind; where pictures are left out there is one, of vectors, and compilers drop what serves the others */
#ifdef SUCREF_NO_PICTURES
#  define SUCREF_I_PICTURES 0
#else
#  define SUCREF_I_PICTURES 1
#endif
#ifdef SUCREF_NO_CHECKS
#  define SUCREF_I_CHECKS 0
#else
#  define SUCREF_I_CHECKS 1
#endif
#define SUCREF_I_MOST_STOPS (SUCREF_I_STOPS ? (unsigned)SUCREF_MAX_STOPS : 1U)
#define SUCREF_I_KEEPS(l) (SUCREF_I_STOPS && ((l)->flags & SUCREF_LAYER_KEEP) != 0)
#define SUCREF_I_OLD(v) (SUCREF_I_STOPS && (v)->old != NULL) /* of a delta */
#define SUCREF_I_WINDOWED(h) (SUCREF_I_PICTURES && (h)->windowed) /* is a list for one position? */
#define SUCREF_I_KIND(l) (SUCREF_I_PICTURES ? (unsigned)(l)->kind : (unsigned)SUCREF_KIND_DENSE)

/* kinds that have weights; of them those whose columns are listed */
#define SUCREF_I_WEIGHS(l) (SUCREF_I_KIND(l) <= SUCREF_KIND_DEPTHWISE)
#define SUCREF_I_LISTS(l) (SUCREF_I_KIND(l) <= SUCREF_KIND_CONV)

/* of a layer's planes */
static inline unsigned sucref_i_layout(const sucref_model *m, const sucref_layer *l)
{
    return (SUCREF_I_HALVES || SUCREF_I_BY_ROWS) && SUCREF_I_LISTS(l) ? SUCREF_I_LAYOUT(m)
                                                                      : (unsigned)SUCREF_LAYOUT_PLAIN;
}
static inline int sucref_i_halves(const sucref_model *m, const sucref_layer *l)
{
    return SUCREF_I_HALVES && sucref_i_layout(m, l) == SUCREF_LAYOUT_HALVES;
}
static inline int sucref_i_rows(const sucref_model *m, const sucref_layer *l)
{
    return SUCREF_I_BY_ROWS && sucref_i_layout(m, l) == SUCREF_LAYOUT_ROWS;
}

/* numbers of multipliers */
static uint32_t sucref_i_multipliers(const sucref_layer *l)
{
    switch (SUCREF_I_KIND(l)) {
    case SUCREF_KIND_ADD: return 3;
    case SUCREF_KIND_MAX: case SUCREF_KIND_COPY: case SUCREF_KIND_CONSTANT: return 0;
    default: return (l->flags & SUCREF_LAYER_PER_ROW) ? l->n_out : 1U;
    }
}

/* does the file hold, of a layer with a plane of whole weights, the largest weight of each column? And sum(w) of its
 * rows? Where lists of u - zero point differ from lists of u. Asked before plans are checked, too */
static int sucref_i_has_whole(const sucref_layer *l)
{
    if (!SUCREF_I_STOPS || !SUCREF_I_LISTS(l)) { return SUCREF_I_LISTS(l); }
    return l->n_planes - 1U < SUCREF_MAX_PLANES && l->plan[l->n_planes - 1U] == 8;
}
static int sucref_i_has_maxima(const sucref_layer *l)
{
    return sucref_i_has_whole(l) && SUCREF_I_KIND(l) == SUCREF_KIND_DENSE;
}
static int sucref_i_has_sums(const sucref_layer *l) { return sucref_i_has_whole(l) && l->in_zero != 0; }

static void sucref_i_place_params(sucref_i_params *p, const sucref_layer *l)
{
    const uint32_t k = sucref_i_multipliers(l);
    p->bias = l->params_offset;
    p->multiplier = p->bias + (SUCREF_I_WEIGHS(l) ? 4U * l->n_out : 0U);
    p->exponent = p->multiplier + 4U * k;
    p->shift = p->exponent + SUCREF_I_PAD4(k);
    p->sums = p->shift + SUCREF_I_PAD4(l->n_out);
    p->colmax = p->sums + (sucref_i_has_sums(l) ? 4U * l->n_out : 0U);
    p->box = p->colmax + (sucref_i_has_maxima(l) ? SUCREF_I_PAD4(l->n_in) : 0U);
    p->table = p->box + (SUCREF_I_KIND(l) == SUCREF_KIND_COPY ? (uint32_t)SUCREF_I_BOX : 0U);
    p->order = p->table + (l->act == SUCREF_ACT_TABLE    ? SUCREF_I_PAD4(2 * SUCREF_TABLE_LEN)
                         : l->act == SUCREF_ACT_LOOKUP ? (uint32_t)SUCREF_LOOKUP_LEN
                                                       : 0U);
    p->mean = p->order + ((l->flags & SUCREF_LAYER_ORDER) ? SUCREF_I_PAD4(2U * l->n_out) : 0U);
    p->weight = p->mean + ((l->flags & SUCREF_LAYER_COLUMNS) ? SUCREF_I_PAD4(l->n_in) : 0U);
    p->input_order = p->weight + ((l->flags & SUCREF_LAYER_COLUMNS) ? SUCREF_I_PAD4(l->n_in) : 0U);
    p->end = p->input_order + ((l->flags & SUCREF_LAYER_INPUT_ORDER) ? SUCREF_I_PAD4(2U * l->n_in) : 0U);
}

static sucref_i_params sucref_i_params_of(const sucref_layer *l)
{
    sucref_i_params p;
    sucref_i_place_params(&p, l);
    return p;
}

static uint32_t sucref_i_tensors_at(const sucref_model *m)
{
    return SUCREF_I_HEADER + (uint32_t)m->n_layers * SUCREF_I_LAYER;
}
static uint32_t sucref_i_groups_at(const sucref_model *m)
{
    return sucref_i_tensors_at(m) + (uint32_t)m->n_tensors * SUCREF_I_TENSOR;
}
static uint32_t sucref_i_stops_at(const sucref_model *m)
{
    return sucref_i_groups_at(m) + (uint32_t)m->n_groups * SUCREF_I_GROUP;
}
static uint32_t sucref_i_entries_at(const sucref_model *m)
{
    return sucref_i_stops_at(m) + (uint32_t)m->n_stops * SUCREF_I_STOP;
}
static uint32_t sucref_i_tables_end(const sucref_model *m)
{
    return sucref_i_entries_at(m) + (uint32_t)m->n_stops * m->n_groups * SUCREF_I_ENTRY;
}

/* plan .. hi and kind .. pad_left: bytes that stand in one order in the file, sucref_layer and sucref_layer_spec */
enum {
    SUCREF_I_L_BYTES = SUCREF_I_L_HI + 1 - SUCREF_I_L_PLAN, SUCREF_I_K_BYTES = SUCREF_I_LAYER - SUCREF_I_L_KIND
};
static void sucref_i_layer_bytes(uint8_t *to, const uint8_t *from, unsigned n)
{
    unsigned i;
    for (i = 0; i < n; i++) { to[i] = SUCREF_READ_U8(from + i); }
}

SUCREF_API void sucref_model_layer(sucref_layer *out, const sucref_model *m, unsigned layer)
{
    const uint8_t *p = m->bytes + SUCREF_I_HEADER + (uint32_t)layer * SUCREF_I_LAYER;
    out->n_in = sucref_i_u32(p + SUCREF_I_L_IN);
    out->n_out = sucref_i_u32(p + SUCREF_I_L_OUT);
    out->params_offset = sucref_i_u32(p + SUCREF_I_L_PARAMS);
    out->first_group = sucref_i_u16(p + SUCREF_I_L_GROUP);
    out->n_groups = sucref_i_u16(p + SUCREF_I_L_GROUPS);
    sucref_i_layer_bytes((uint8_t *)out + offsetof(sucref_layer, plan), p + SUCREF_I_L_PLAN, SUCREF_I_L_BYTES);
    sucref_i_layer_bytes((uint8_t *)out + offsetof(sucref_layer, kind), p + SUCREF_I_L_KIND, SUCREF_I_K_BYTES);
    out->in_zero = SUCREF_READ_U8(m->bytes + sucref_i_tensors_at(m) + (uint32_t)out->from * SUCREF_I_TENSOR +
                                  SUCREF_I_X_ZERO);
    out->max_weight = SUCREF_READ_U8(p + SUCREF_I_L_MAX);
    out->slope = sucref_i_s16(sucref_i_u16(p + SUCREF_I_L_SLOPE));
}

SUCREF_API void sucref_model_tensor(sucref_tensor *out, const sucref_model *m, unsigned tensor)
{
    const uint8_t *p = m->bytes + sucref_i_tensors_at(m) + (uint32_t)tensor * SUCREF_I_TENSOR;
    out->height = sucref_i_u16(p);
    out->width = sucref_i_u16(p + 2);
    out->channels = sucref_i_u16(p + 4);
    out->zero = SUCREF_READ_U8(p + SUCREF_I_X_ZERO);
    out->flags = SUCREF_READ_U8(p + SUCREF_I_X_FLAGS);
    out->place = sucref_i_u32(p + SUCREF_I_X_PLACE);
    out->first = SUCREF_READ_U8(p + SUCREF_I_X_FIRST);
    out->last = SUCREF_READ_U8(p + SUCREF_I_X_LAST);
    out->initial = SUCREF_READ_U8(p + SUCREF_I_X_INITIAL);
}

/* bytes of a tensor; 0 where it has a size of 0 or 2^24 or more */
static uint32_t sucref_i_tensor_bytes(const sucref_tensor *t)
{
    const uint32_t n = (uint32_t)t->height * t->width;
    return n == 0 || t->channels > 0xFFFFFFU / n ? 0U : n * t->channels;
}

/* the word behind a tensor's place */
static uint32_t sucref_i_tensor_end(const sucref_tensor *t)
{
    return t->place + SUCREF_I_WORDS(sucref_i_tensor_bytes(t));
}

SUCREF_API void sucref_model_group(sucref_group *out, const sucref_model *m, unsigned g)
{
    const uint8_t *p = m->bytes + sucref_i_groups_at(m) + (uint32_t)g * SUCREF_I_GROUP;
    unsigned i;
    out->first_row = sucref_i_u32(p);
    out->n_rows = sucref_i_u16(p + 4);
    out->n_columns = sucref_i_u16(p + 6);
    for (i = 0; i < SUCREF_MAX_PLANES; i++) { out->plane_offset[i] = sucref_i_u32(p + 8 + 4 * i); }
}

SUCREF_API void sucref_model_stop(sucref_stop *out, const sucref_model *m, unsigned stop)
{
    const uint8_t *p = m->bytes + sucref_i_stops_at(m) + (uint32_t)stop * SUCREF_I_STOP;
    out->end = sucref_i_u32(p);
    out->in_bits = SUCREF_READ_U8(p + 4);
    out->head = SUCREF_READ_U8(p + 5);
    out->answer = (uint8_t)((SUCREF_READ_U8(p + 6) != 0 ? SUCREF_READ_U8(p + 6) : m->n_layers) - 1U);
    out->exit_offset = sucref_i_u32(p + 8);
    out->bounds_offset = sucref_i_u32(p + 12);
}

SUCREF_API void sucref_model_stop_group(sucref_stop_group *out, const sucref_model *m, unsigned stop, unsigned g)
{
    const uint8_t *p = m->bytes + sucref_i_entries_at(m) + ((uint32_t)stop * m->n_groups + g) * SUCREF_I_ENTRY;
    out->bits = SUCREF_READ_U8(p);
    out->correction_offset = sucref_i_u32(p + 4);
}

static sucref_scale sucref_i_scale(const sucref_model *m, unsigned which)
{
    sucref_scale s;
    s.multiplier = sucref_i_s32(sucref_i_u32(m->bytes + SUCREF_I_H_SCALES + 4U * which));
    s.exponent = (int8_t)sucref_i_s8(SUCREF_READ_U8(m->bytes + SUCREF_I_H_EXPONENTS + which));
    return s;
}

/* the tensor that the last layer writes */
static unsigned sucref_i_answer_tensor(const sucref_model *m)
{
    return SUCREF_READ_U8(m->bytes + SUCREF_I_HEADER + (m->n_layers - 1U) * (uint32_t)SUCREF_I_LAYER + SUCREF_I_L_TO);
}

SUCREF_API void sucref_model_scales(sucref_scales *out, const sucref_model *m)
{
    sucref_tensor t;
    out->input = sucref_i_scale(m, 0);
    out->output = sucref_i_scale(m, 1);
    out->logit = sucref_i_scale(m, 2);
    sucref_model_tensor(&t, m, sucref_i_answer_tensor(m));
    out->output_zero = t.zero;
}

/* how many planes hold the first `bits` bits; 0xFF where the plan has no such cut. Coarse: plane 0,
 * or plane 1 alone. */
static unsigned sucref_i_planes_for(const sucref_layer *l, unsigned bits)
{
    unsigned n, sum = 0;
    if (!SUCREF_I_STOPS) { return bits == 8 ? 1U : 0xFFU; }
    if (bits == 0) { return 0; }
    if (l->coarse) { return bits == l->plan[0] ? 1U : bits == 8U ? 2U : 0xFFU; }
    for (n = 0; n < l->n_planes; n++) {
        sum += l->plan[n];
        if (sum == bits) { return n + 1U; }
    }
    return 0xFFU;
}

/* What a row group does at a stop, told from the stop before it on the same input (old; NULL: none) and whether one of
 * its columns changed since. The one place that decides it; planes first .. last - 1 are read. An absent group is
 * skipped. */
enum { SUCREF_I_SKIP = 0, SUCREF_I_CONSTANT, SUCREF_I_ALL, SUCREF_I_ADD, SUCREF_I_DELTA };
#define SUCREF_I_ABSENT(entry) (SUCREF_I_STOPS && (entry).bits == 0 && (entry).correction_offset == 0)
typedef struct { uint8_t mode, first, last; } sucref_i_task;
#define SUCREF_I_MODE(s) (SUCREF_I_STOPS ? (unsigned)(s)->mode : (unsigned)SUCREF_I_ALL) /* of a layer with weights */
#define SUCREF_I_ALL_NEW(s) (!SUCREF_I_STOPS || (s)->any == 0)

static void sucref_i_task_of(sucref_i_task *t, const sucref_layer *l, const sucref_stop_group *now,
                             const sucref_stop_group *old, int changed)
{
    const int same = old != NULL && now->bits == old->bits,
              kept = old != NULL && SUCREF_I_KEEPS(l) && old->bits != 0;
    if (!SUCREF_I_STOPS) {
        t->first = 0; t->last = 1; t->mode = SUCREF_I_ALL;
        return;
    }
    t->first = (uint8_t)(l->coarse && now->bits == 8 ? 1 : 0);
    t->last = (uint8_t)sucref_i_planes_for(l, now->bits);
    t->mode = (uint8_t)(t->last == 0 ? SUCREF_I_CONSTANT : SUCREF_I_ALL);
    if (SUCREF_I_ABSENT(*now) || (!changed && same && now->correction_offset == old->correction_offset)) {
        t->mode = SUCREF_I_SKIP;
        t->first = t->last;
    } else if (kept && !changed && (same || !l->coarse)) {
        t->mode = SUCREF_I_ADD;
        t->first = (uint8_t)sucref_i_planes_for(l, old->bits);
    } else if (kept && same) { /* by the columns that changed, where they are few */
        t->mode = SUCREF_I_DELTA;
    }
}

#if defined(SUCREF_HOST) || !defined(SUCREF_NO_PARITY)
/* the planes of which a row is made at so many bits, as a mask */
static unsigned sucref_i_planes_read(const sucref_layer *l, unsigned bits)
{
    sucref_stop_group e = { 0, 0 };
    sucref_i_task task;
    e.bits = (uint8_t)bits;
    sucref_i_task_of(&task, l, &e, NULL, 1);
    return (1U << task.last) - (1U << task.first);
}
#endif

/* is the network's input read at other bits? */
static int sucref_i_input_changes(const sucref_model *m, unsigned stop, unsigned before)
{
    const uint8_t *p = m->bytes + sucref_i_stops_at(m) + 4U;
    return SUCREF_I_STOPS && SUCREF_READ_U8(p + stop * SUCREF_I_STOP) != SUCREF_READ_U8(p + before * SUCREF_I_STOP);
}

#define SUCREF_I_UNCHANGED 0xFFFFU /* in place of the lowest changed row or column: none */

/* are a layer's groups heads, sets of all outputs of which a stop answers one? */
static int sucref_i_has_heads(const sucref_model *m, const sucref_layer *l, unsigned layer)
{
    return SUCREF_I_STOPS && layer + 1U == m->n_layers && SUCREF_I_KIND(l) == SUCREF_KIND_DENSE &&
           l->n_out != m->n_out;
}

/* of a layer's outputs, from the first on, how many have a value at a stop */
static uint32_t sucref_i_present(const sucref_model *m, const sucref_layer *l, unsigned stop)
{
    sucref_group group;
    sucref_stop_group e;
    unsigned g;
    for (g = l->first_group; SUCREF_I_STOPS && g < (unsigned)l->first_group + l->n_groups; g++) {
        sucref_model_stop_group(&e, m, stop, g);
        if (SUCREF_I_ABSENT(e)) {
            sucref_model_group(&group, m, g);
            return group.first_row;
        }
    }
    return l->n_out;
}

/* the input that a column of a layer is */
static uint32_t sucref_i_input_of(const sucref_model *m, const sucref_layer *l, uint32_t col)
{
    return (l->flags & SUCREF_LAYER_INPUT_ORDER) ? sucref_i_u16(m->bytes + sucref_i_params_of(l).input_order + 2U * col)
                                                 : col;
}

/* where the value of a row goes in the answer */
static uint32_t sucref_i_place_in_answer(const sucref_model *m, const sucref_layer *l, uint32_t row)
{
    return (l->flags & SUCREF_LAYER_ORDER) ? sucref_i_u16(m->bytes + sucref_i_params_of(l).order + 2U * row) : row;
}

/* bytes of a correction; 0 bits: constants */
static uint32_t sucref_i_correction_bytes(uint32_t n_rows, unsigned bits)
{
    return bits == 0 ? SUCREF_I_PAD4(n_rows) : 8U * n_rows + SUCREF_I_PAD4(2U * n_rows);
}

#ifdef SUCREF_NO_STATUS_TEXT
#  define SUCREF_I_FAIL(fault, text, at) sucref_i_fail(fault, "", at)
#else
#  define SUCREF_I_FAIL(fault, text, at) sucref_i_fail(fault, text, at)
#endif
static int sucref_i_fail(sucref_fault *fault, const char *field, uint32_t offset)
{
    if (fault != NULL) { fault->field = field; fault->offset = offset; }
    return SUCREF_E_DATA;
}

static int sucref_i_zero_bytes(const uint8_t *p, unsigned n)
{
    while (n-- > 0) { if (SUCREF_READ_U8(p + n) != 0) { return 0; } }
    return 1;
}

/* the same of a record in RAM, which may be another memory */
static int sucref_i_zeros(const uint8_t *p, unsigned n)
{
    while (n-- > 0) { if (p[n] != 0) { return 0; } }
    return 1;
}

SUCREF_I_ALONE static int sucref_i_open_header(sucref_model *m, sucref_fault *f)
{
    const uint8_t *p = m->bytes;
    uint32_t head;
    if (m->bytes_len < SUCREF_I_HEADER) { return SUCREF_I_FAIL(f, "header: too short", m->bytes_len); }
    if (sucref_i_u32(p) != 0x52435553U) { return SUCREF_I_FAIL(f, "magic", 0); }
    if (sucref_i_u16(p + SUCREF_I_H_VERSION) != SUCREF_FORMAT) {
        return SUCREF_I_FAIL(f, "format version", SUCREF_I_H_VERSION);
    }
    m->layout = SUCREF_READ_U8(p + SUCREF_I_H_LAYOUT);
    if (SUCREF_I_OWN_LAYOUT && m->layout != SUCREF_I_LAYOUT(m)) {
        return SUCREF_I_FAIL(f, "plane layout: not the target's", SUCREF_I_H_LAYOUT);
    }
    if (sucref_i_u16(p + SUCREF_I_H_LAYOUT) > SUCREF_LAYOUT_ROWS) {
        return SUCREF_I_FAIL(f, "plane layout", SUCREF_I_H_LAYOUT);
    }
    if (m->layout == SUCREF_LAYOUT_HALVES && !SUCREF_I_HALVES) {
        return SUCREF_I_FAIL(f, "plane layout: halves, of targets with DSP instructions", SUCREF_I_H_LAYOUT);
    }
    if (m->layout == SUCREF_LAYOUT_ROWS && !SUCREF_I_BY_ROWS) {
        return SUCREF_I_FAIL(f, "plane layout: rows, of targets with MVE", SUCREF_I_H_LAYOUT);
    }
    m->file_bytes = sucref_i_u32(p + SUCREF_I_H_FILE);
    head = sucref_i_u32(p + SUCREF_I_H_HEAD);
    m->n_in = sucref_i_u32(p + SUCREF_I_H_IN);
    m->n_out = sucref_i_u32(p + SUCREF_I_H_OUT);
    m->n_layers = sucref_i_u16(p + SUCREF_I_H_LAYERS);
    m->n_groups = sucref_i_u16(p + SUCREF_I_H_GROUPS);
    m->n_stops = SUCREF_READ_U8(p + SUCREF_I_H_STOPS);
    m->input_type = SUCREF_READ_U8(p + SUCREF_I_H_INPUT);
    if (m->bytes_len > m->file_bytes) { m->bytes_len = m->file_bytes; }
    if (m->n_layers - 1U >= SUCREF_MAX_LAYERS) { return SUCREF_I_FAIL(f, "number of layers", SUCREF_I_H_LAYERS); }
    if (m->n_groups > m->n_layers * SUCREF_MAX_GROUPS) {
        return SUCREF_I_FAIL(f, "number of groups", SUCREF_I_H_GROUPS);
    }
    if (m->n_stops - 1U >= SUCREF_I_MOST_STOPS) { return SUCREF_I_FAIL(f, "number of stops", SUCREF_I_H_STOPS); }
    if (m->input_type > SUCREF_INPUT_S8) { return SUCREF_I_FAIL(f, "input type", SUCREF_I_H_INPUT); }
    m->softmax_multiplier = sucref_i_s32(sucref_i_u32(p + SUCREF_I_H_SOFTMAX));
    m->softmax_shift = SUCREF_READ_U8(p + SUCREF_I_H_SHIFT);
    if (m->softmax_multiplier == 0 ? m->softmax_shift != 0
                                   : m->softmax_multiplier < 0x40000000 || m->softmax_shift > 31 || m->n_out > 4095U) {
        return SUCREF_I_FAIL(f, "softmax", SUCREF_I_H_SOFTMAX);
    }
    m->n_tensors = sucref_i_u16(p + SUCREF_I_H_TENSORS);
    if (m->n_tensors < 2U || m->n_tensors > SUCREF_MAX_TENSORS) {
        return SUCREF_I_FAIL(f, "number of tensors", SUCREF_I_H_TENSORS);
    }
    if (SUCREF_READ_U8(p + SUCREF_I_H_ZERO) != 0 || SUCREF_READ_U8(p + SUCREF_I_H_ZERO2) != 0 ||
        !sucref_i_zero_bytes(p + SUCREF_I_H_ZERO3, SUCREF_I_H_CRC - SUCREF_I_H_ZERO3)) {
        return SUCREF_I_FAIL(f, "reserved bytes of the header", SUCREF_I_H_ZERO);
    }
    if (head % 4U != 0 || head < sucref_i_tables_end(m) || head > m->file_bytes || m->file_bytes % 4U != 0) {
        return SUCREF_I_FAIL(f, "head length", SUCREF_I_H_HEAD);
    }
    if (m->bytes_len < head) { return SUCREF_I_FAIL(f, "tables: file is cut", m->bytes_len); }
    return SUCREF_OK;
}

static int sucref_i_open_plan(const sucref_layer *l, sucref_fault *f, uint32_t at)
{
    unsigned i, sum = 0;
    if (!SUCREF_I_STOPS && (l->n_planes != 1 || l->coarse != 0)) {
        return SUCREF_I_FAIL(f, "number of planes: one, without stops", at + SUCREF_I_L_PLANES);
    }
    if (l->n_planes < 1 || l->n_planes > SUCREF_MAX_PLANES || l->coarse > 1 || (l->coarse && l->n_planes != 2)) {
        return SUCREF_I_FAIL(f, "number of planes", at + SUCREF_I_L_PLANES);
    }
    for (i = 0; i < SUCREF_MAX_PLANES; i++) {
        if ((i < l->n_planes) != (l->plan[i] >= 1) || l->plan[i] > 8) {
            return SUCREF_I_FAIL(f, "plan", at + SUCREF_I_L_PLAN);
        }
        sum += l->plan[i];
    }
    if (l->coarse ? l->plan[0] > 7 || l->plan[1] != 8 : sum != 8) {
        return SUCREF_I_FAIL(f, "plan", at + SUCREF_I_L_PLAN);
    }
    return SUCREF_OK;
}

/* values of the parameters; costs n_out, not n_in * n_out */
static int sucref_i_open_params(const sucref_model *m, const sucref_layer *l, sucref_fault *f)
{
    const sucref_i_params at = sucref_i_params_of(l);
    const uint32_t k = sucref_i_multipliers(l);
    const int low = l->requant == SUCREF_REQUANT_TFLITE ? -31 : 0, high = l->requant == SUCREF_REQUANT_TFLITE ? 30 : 31;
    uint32_t r;
    for (r = 0; SUCREF_I_WEIGHS(l) && r < l->n_out; r++) {
        if (SUCREF_READ_U8(m->bytes + at.shift + r) > 7) { return SUCREF_I_FAIL(f, "row shift", at.shift + r); }
        if ((l->flags & SUCREF_LAYER_ORDER) && sucref_i_u16(m->bytes + at.order + 2U * r) >= l->n_out) {
            return SUCREF_I_FAIL(f, "output order", at.order + 2U * r);
        }
    }
    for (r = 0; r < k; r++) {
        const uint32_t mul = sucref_i_u32(m->bytes + at.multiplier + 4U * r);
        const int e = sucref_i_s8(SUCREF_READ_U8(m->bytes + at.exponent + r));
        if (SUCREF_I_KIND(l) == SUCREF_KIND_AVERAGE ? mul >> 31 != 0 : mul != 0 && mul >> 30 != 1) {
            return SUCREF_I_FAIL(f, "multiplier", at.multiplier + 4U * r);
        }
        /* both parts of a sum stay below 2^29 */
        if (e < low || e > (SUCREF_I_KIND(l) == SUCREF_KIND_ADD && r < 2 ? 1 : high)) {
            return SUCREF_I_FAIL(f, "exponent", at.exponent + r);
        }
        if (SUCREF_I_KIND(l) == SUCREF_KIND_SOFTMAX && (mul == 0 || e < 0)) {
            return SUCREF_I_FAIL(f, "softmax of a layer", at.multiplier);
        }
        if (SUCREF_I_KIND(l) == SUCREF_KIND_AVERAGE && mul == 0 && l->act == SUCREF_ACT_LOOKUP) {
            return SUCREF_I_FAIL(f, "lookup of a plain average", at.multiplier);
        }
    }
    for (r = 0; (l->flags & SUCREF_LAYER_INPUT_ORDER) && r < l->n_in; r++) {
        if (sucref_i_u16(m->bytes + at.input_order + 2U * r) >= l->n_in) {
            return SUCREF_I_FAIL(f, "input order", at.input_order + 2U * r);
        }
    }
    return SUCREF_OK;
}

/* columns * 128 * 255 + |bias| < 2^31 keeps every accumulator of a group in int32 */
static int sucref_i_open_biases(const sucref_model *m, const sucref_layer *l, const sucref_group *g, sucref_fault *f)
{
    uint32_t at = sucref_i_params_of(l).bias + 4U * g->first_row, r;
    for (r = 0; r < g->n_rows; r++, at += 4U) {
        const uint32_t bias = sucref_i_u32(m->bytes + at), mag = bias > 0x7FFFFFFFU ? 0U - bias : bias;
        if (mag > 0x7FFFFFFFU - g->n_columns * 32640U) {
            return SUCREF_I_FAIL(f, "bias: accumulator could overflow", at);
        }
    }
    return SUCREF_OK;
}

/* what the columns of a layer's groups must be a multiple of: the taps of a window */
static uint32_t sucref_i_taps(const sucref_layer *l)
{
    return SUCREF_I_KIND(l) == SUCREF_KIND_DENSE ? 1U : (uint32_t)l->kernel_h * l->kernel_w;
}

/* least: the fewest columns that a group may have */
static int sucref_i_open_groups(const sucref_model *m, const sucref_layer *l, int heads, uint32_t least,
                                sucref_fault *f)
{
    uint32_t row = 0, columns = least;
    const uint32_t taps = sucref_i_taps(l);
    unsigned g, i;
    for (g = 0; g < l->n_groups; g++) {
        int status;
        const uint32_t at = sucref_i_groups_at(m) + (uint32_t)(l->first_group + g) * SUCREF_I_GROUP;
        sucref_group group;
        sucref_model_group(&group, m, l->first_group + g);
        if (group.first_row != row || group.n_rows < 1 || group.n_rows > l->n_out - row) {
            return SUCREF_I_FAIL(f, "rows of a group", at);
        }
        for (i = l->n_planes; i < SUCREF_MAX_PLANES; i++) {
            if (group.plane_offset[i] != 0) { return SUCREF_I_FAIL(f, "plane that the plan lacks", at + 8U + 4U * i); }
        }
        if (heads && group.n_rows != m->n_out) { return SUCREF_I_FAIL(f, "rows of a head", at + 4U); }
        if (group.n_columns < columns || group.n_columns > l->n_in || group.n_columns % taps != 0) {
            return SUCREF_I_FAIL(f, "columns of a group", at + 6U);
        }
        status = sucref_i_open_biases(m, l, &group, f);
        if (status != SUCREF_OK) { return status; }
        row += group.n_rows;
        columns = group.n_columns;
    }
    return !SUCREF_I_WEIGHS(l) || row == l->n_out
               ? SUCREF_OK
               : SUCREF_I_FAIL(f, "groups do not cover the layer", sucref_i_groups_at(m));
}

/* one direction of a window: does each one hold at least one place inside the picture, padding apart? */
static int sucref_i_window_ok(uint32_t in, uint32_t out, unsigned kernel, unsigned stride, unsigned dilation,
                              unsigned pad)
{
    return kernel >= 1 && stride >= 1 && dilation >= 1 && pad <= (kernel - 1U) * dilation &&
           (out - 1U) * stride < in + pad;
}

static int sucref_i_same_shape(const sucref_tensor *a, const sucref_tensor *b)
{
    return a->height == b->height && a->width == b->width && a->channels == b->channels;
}

/* a box inside its tensors; of no size: all of a tensor, whatever the shape of the other one */
static int sucref_i_box_ok(const uint8_t *box, const sucref_tensor *in, const sucref_tensor *out)
{
    const uint32_t n_y = sucref_i_u16(box + 12), n_x = sucref_i_u16(box + 14), n_c = sucref_i_u16(box + 16);
    if (n_y == 0) {
        return sucref_i_zero_bytes(box, SUCREF_I_BOX) && sucref_i_tensor_bytes(in) == sucref_i_tensor_bytes(out);
    }
    return n_x >= 1 && n_c >= 1 && sucref_i_zero_bytes(box + 18, 2) &&
           sucref_i_u16(box) + n_y <= in->height && sucref_i_u16(box + 6) + n_y <= out->height &&
           sucref_i_u16(box + 2) + n_x <= in->width && sucref_i_u16(box + 8) + n_x <= out->width &&
           sucref_i_u16(box + 4) + n_c <= in->channels && sucref_i_u16(box + 10) + n_c <= out->channels;
}

/* do a layer's sizes fit the tensors that it reads and writes? outputs: of the last layer the model's, else its own */
static int sucref_i_shape_ok(const sucref_model *m, const sucref_layer *l, const sucref_tensor *in,
                             const sucref_tensor *out, uint32_t outputs)
{
    const uint32_t taps = sucref_i_taps(l);
    const int window = SUCREF_I_KIND(l) >= SUCREF_KIND_CONV && SUCREF_I_KIND(l) <= SUCREF_KIND_MAX,
              fits = window && taps <= 65535U &&
                     sucref_i_window_ok(in->height, out->height, l->kernel_h, l->stride_h, l->dilation_h,
                                        l->pad_top) &&
                     sucref_i_window_ok(in->width, out->width, l->kernel_w, l->stride_w, l->dilation_w, l->pad_left);
    sucref_tensor second;
    if (!window && !sucref_i_zeros(&l->kernel_h, 8)) { return 0; }
    if (!SUCREF_I_WEIGHS(l) && (l->n_in != 0 || (SUCREF_I_KIND(l) != SUCREF_KIND_CONSTANT && l->n_out != 0))) {
        return 0;
    }
    if (SUCREF_I_KIND(l) != SUCREF_KIND_ADD && SUCREF_I_KIND(l) != SUCREF_KIND_MUL && l->from2 != 0) { return 0; }
    switch (SUCREF_I_KIND(l)) {
    case SUCREF_KIND_DENSE: return l->n_in == sucref_i_tensor_bytes(in) && outputs == sucref_i_tensor_bytes(out);
    case SUCREF_KIND_CONV: return fits && l->n_in == taps * in->channels && l->n_out == out->channels;
    case SUCREF_KIND_DEPTHWISE:
        return fits && l->n_in == taps && l->n_out == out->channels && l->n_out % in->channels == 0;
    case SUCREF_KIND_AVERAGE: case SUCREF_KIND_MAX:
        return fits && in->channels == out->channels && l->dilation_h == 1 && l->dilation_w == 1;
    case SUCREF_KIND_ADD: case SUCREF_KIND_MUL:
        sucref_model_tensor(&second, m, l->from2);
        return sucref_i_same_shape(in, out) && second.channels == in->channels &&
               (sucref_i_same_shape(in, &second) || (second.height == 1 && second.width == 1));
    case SUCREF_KIND_COPY: return sucref_i_box_ok(m->bytes + sucref_i_params_of(l).box, in, out);
    case SUCREF_KIND_SOFTMAX: return sucref_i_same_shape(in, out) && in->channels <= 4095U;
    default: return l->n_out == sucref_i_tensor_bytes(out) && l->from == 0;
    }
}

/* the kinds that a layer's flags and activation ask for */
static int sucref_i_flags_ok(const sucref_model *m, unsigned n, const sucref_layer *l, const sucref_tensor *in)
{
    const int vector = SUCREF_I_KIND(l) == SUCREF_KIND_DENSE && in->height == 1 && in->width == 1;
    unsigned may = 0;
    if (SUCREF_I_WEIGHS(l)) { may |= SUCREF_LAYER_PER_ROW; }
    if (vector) { may |= SUCREF_LAYER_KEEP; }
    if (vector && n == 0 && l->from == 0) { /* what is about the model's input */
        may |= SUCREF_LAYER_COLUMNS | SUCREF_LAYER_INPUT_ORDER | SUCREF_LAYER_KEEP_LIST;
    }
    if (SUCREF_I_KIND(l) == SUCREF_KIND_DENSE && n + 1U == m->n_layers && !sucref_i_has_heads(m, l, n)) {
        may |= SUCREF_LAYER_ORDER;
    }
    return (l->flags & ~may) == 0;
}

/* does the layer's plan, requantization and activation suit its kind? */
static int sucref_i_kind_ok(const sucref_layer *l)
{
    if (SUCREF_I_KIND(l) <= SUCREF_KIND_CONV) { return 1; }
    if (SUCREF_I_KIND(l) == SUCREF_KIND_DEPTHWISE) { return l->plan[0] == 8 && !l->coarse; }
    return l->n_planes == 0 && l->coarse == 0 && l->plan[0] == 0 && sucref_i_zeros(l->plan, SUCREF_MAX_PLANES) &&
           l->requant == SUCREF_REQUANT_TFLITE && l->act != SUCREF_ACT_LEAKY && l->act != SUCREF_ACT_TABLE &&
           (l->act != SUCREF_ACT_LOOKUP ||
            (SUCREF_I_KIND(l) <= SUCREF_KIND_COPY && SUCREF_I_KIND(l) != SUCREF_KIND_MAX));
}

/* what a layer reads was written by a layer before it, or is a state or the input; only copies share an output */
static int sucref_i_order_of_layers_ok(const sucref_model *m, unsigned n, unsigned from, unsigned to)
{
    const uint8_t *p = m->bytes + SUCREF_I_HEADER + SUCREF_I_L_KIND;
    sucref_tensor t;
    if (from >= m->n_tensors || to >= m->n_tensors || to == 0 || from == to) { return 0; }
    sucref_model_tensor(&t, m, from);
    if (from > 0 && !(t.flags & SUCREF_TENSOR_STATE) &&
        (t.first >= n || SUCREF_READ_U8(p + t.first * (uint32_t)SUCREF_I_LAYER + 2U) != from)) {
        return 0;
    }
    if (from > 0 && t.last < n) { return 0; }
    sucref_model_tensor(&t, m, to);
    if (t.last < n) { return 0; }
    return (t.flags & SUCREF_TENSOR_STATE) || t.first == n ||
           (t.first < n && SUCREF_READ_U8(p + n * (uint32_t)SUCREF_I_LAYER) == SUCREF_KIND_COPY &&
            SUCREF_READ_U8(p + t.first * (uint32_t)SUCREF_I_LAYER) == SUCREF_KIND_COPY &&
            SUCREF_READ_U8(p + t.first * (uint32_t)SUCREF_I_LAYER + 2U) == to);
}

/* one layer's record; next: its first group, and where its parameters start, then those of the layer behind it */
static int sucref_i_open_layer(const sucref_model *m, unsigned n, uint32_t *next, sucref_fault *f)
{
    const uint32_t at = SUCREF_I_HEADER + (uint32_t)n * SUCREF_I_LAYER, head = sucref_i_u32(m->bytes + SUCREF_I_H_HEAD);
    sucref_tensor in, out;
    sucref_layer layer, *l = &layer;
    int status, heads, all; /* must each group have all columns? */
    if (SUCREF_READ_U8(m->bytes + at + SUCREF_I_L_FROM) >= m->n_tensors) { /* sucref_model_layer reads its zero point */
        return SUCREF_I_FAIL(f, "tensors of a layer", at + SUCREF_I_L_FROM);
    }
    sucref_model_layer(l, m, n);
    if (l->kind > (SUCREF_I_PICTURES ? SUCREF_KIND_CONSTANT : SUCREF_KIND_DENSE)) {
        return SUCREF_I_FAIL(f, "kind of a layer", at + SUCREF_I_L_KIND);
    }
    if (!sucref_i_order_of_layers_ok(m, n, l->from, l->to) ||
        (l->from2 != 0 && !sucref_i_order_of_layers_ok(m, n, l->from2, l->to))) {
        return SUCREF_I_FAIL(f, "tensors of a layer", at + SUCREF_I_L_FROM);
    }
    sucref_model_tensor(&in, m, l->from);
    sucref_model_tensor(&out, m, l->to);
    heads = sucref_i_has_heads(m, l, n);
    all = SUCREF_I_KIND(l) == SUCREF_KIND_DEPTHWISE || (SUCREF_I_KIND(l) == SUCREF_KIND_DENSE &&
                                                        in.height * (uint32_t)in.width > 1);
    if (!SUCREF_I_PICTURES && (in.height > 1 || in.width > 1)) { return SUCREF_I_FAIL(f, "shape of a layer", at); }
    if (l->n_in > 65535U || l->n_out > 65535U || (SUCREF_I_WEIGHS(l) && (l->n_in < 1 || l->n_out < 1))) {
        return SUCREF_I_FAIL(f, "size of a layer", at);
    }
    if (l->params_offset != next[1]) { return SUCREF_I_FAIL(f, "parameters", at + SUCREF_I_L_PARAMS); }
    next[1] = sucref_i_params_of(l).end;
    if (next[1] > head) { return SUCREF_I_FAIL(f, "parameters reach past the head", at + SUCREF_I_L_PARAMS); }
    if (!sucref_i_shape_ok(m, l, &in, &out, heads ? m->n_out : l->n_out)) {
        return SUCREF_I_FAIL(f, "shape of a layer", at);
    }
    if (n + 1U == m->n_layers && sucref_i_tensor_bytes(&out) != m->n_out) {
        return SUCREF_I_FAIL(f, "outputs", SUCREF_I_H_OUT);
    }
    if (l->first_group != next[0] || (SUCREF_I_WEIGHS(l) ? l->n_groups < 1 : l->n_groups != 0) ||
        l->n_groups > SUCREF_MAX_GROUPS || l->first_group + l->n_groups > m->n_groups) {
        return SUCREF_I_FAIL(f, "groups of a layer", at + SUCREF_I_L_GROUP);
    }
    next[0] += l->n_groups;
    status = SUCREF_I_WEIGHS(l) ? sucref_i_open_plan(l, f, at) : SUCREF_OK;
    if (status != SUCREF_OK) { return status; }
    if (l->act > SUCREF_ACT_LOOKUP) { return SUCREF_I_FAIL(f, "activation", at + SUCREF_I_L_ACT); }
    if (l->requant > SUCREF_REQUANT_ROUND) { return SUCREF_I_FAIL(f, "requantization", at + SUCREF_I_L_REQUANT); }
    if (!sucref_i_kind_ok(l)) { return SUCREF_I_FAIL(f, "plan or activation of a kind", at + SUCREF_I_L_PLAN); }
    if (!sucref_i_flags_ok(m, n, l, &in)) { return SUCREF_I_FAIL(f, "layer flags", at + SUCREF_I_L_FLAGS); }
    if (n + 1U < m->n_layers && SUCREF_I_WEIGHS(l) && l->act < SUCREF_ACT_TABLE && l->out_zero != out.zero) {
        return SUCREF_I_FAIL(f, "output zero point", at + SUCREF_I_L_OUT_ZERO);
    }
    if (l->lo > l->hi) { return SUCREF_I_FAIL(f, "clamp", at + SUCREF_I_L_LO); }
    if (l->max_weight > (SUCREF_I_LISTS(l) ? 128U : 0U)) {
        return SUCREF_I_FAIL(f, "largest weight", at + SUCREF_I_L_MAX);
    }
    if (SUCREF_READ_U8(m->bytes + at + SUCREF_I_L_IN_ZERO) != 0 || (l->act != SUCREF_ACT_LEAKY && l->slope != 0)) {
        return SUCREF_I_FAIL(f, "reserved bytes of a layer", at + SUCREF_I_L_IN_ZERO);
    }
    status = sucref_i_open_params(m, l, f);
    return status != SUCREF_OK ? status : sucref_i_open_groups(m, l, heads, all ? l->n_in : 1U, f);
}

/* Of two tensors that a layer reads and writes, by how many bytes must the written one lie before the read one, so
 * that nothing is overwritten that is still to be read; or behind it, where the layer goes from the last output to the
 * first. SUCREF_I_APART: they may not share bytes. */
#define SUCREF_I_APART 0x7FFFFFFF

static int32_t sucref_i_distance(const sucref_layer *l, const sucref_tensor *in, const sucref_tensor *out, int back)
{
    const int32_t line = (int32_t)in->width * in->channels, out_line = (int32_t)out->width * out->channels;
    int32_t most = 0, y;
    if (l->n_groups > 1 || SUCREF_I_KIND(l) == SUCREF_KIND_DENSE || SUCREF_I_KIND(l) == SUCREF_KIND_CONSTANT ||
        SUCREF_I_KIND(l) == SUCREF_KIND_COPY) {
        return SUCREF_I_APART;
    }
    if (SUCREF_I_KIND(l) >= SUCREF_KIND_ADD) { return back ? SUCREF_I_APART : 0; }
    if (SUCREF_I_KIND(l) == SUCREF_KIND_CONV && sucref_i_taps(l) == 1 && l->stride_h == 1 && l->stride_w == 1 &&
        out->width == in->width) {
        const int32_t grows = (int32_t)out->channels - in->channels, n = (int32_t)out->height * out->width - 1;
        /* a position's inputs are listed before its outputs are written: after p + 1 of them, forward
         * (p + 1) * out <= distance + (p + 1) * in; backward p * out >= (p) * in - distance */
        return grows <= 0 ? (back ? -grows * n : 0) : (back ? 0 : grows * n);
    }
    for (y = 0; y < out->height; y++) { /* a line is read while one is written */
        const int32_t top = y * l->stride_h - l->pad_top, low = top + ((int32_t)l->kernel_h - 1) * l->dilation_h + 1;
        const int32_t d = back ? (low < in->height ? low : in->height) * line - y * out_line
                               : (y + 1) * out_line - (top > 0 ? top : 0) * line;
        if (d > most) { most = d; }
    }
    return most;
}

/* may the output of a layer lie where it does beside the input that is needed no longer? */
static int sucref_i_beside_ok(const sucref_layer *l, const sucref_tensor *in, const sucref_tensor *out)
{
    const int back = out->place > in->place;
    const uint32_t by = back ? out->place - in->place : in->place - out->place;
    const int32_t distance = SUCREF_I_PICTURES ? sucref_i_distance(l, in, out, back) : SUCREF_I_APART;
    return distance != SUCREF_I_APART && (uint32_t)distance <= by * 4U;
}

static int sucref_i_share(const sucref_tensor *a, const sucref_tensor *b)
{
    return a->place < sucref_i_tensor_end(b) && b->place < sucref_i_tensor_end(a);
}

/* may two tensors lie where they do? l: the layer that is the first to write the later one of them */
static int sucref_i_places_ok(unsigned i, const sucref_tensor *a, unsigned j, const sucref_tensor *b,
                              const sucref_layer *l)
{
    if (a->first > b->first) { return sucref_i_places_ok(j, b, i, a, l); }
    if (!sucref_i_share(a, b)) { return 1; }
    if ((a->flags | b->flags) != 0) { return 0; }
    if (a->last < b->first) { return 1; }
    return a->last == b->first && a->first < b->first && l->to == j &&
           (l->from == i || (l->from2 == i && sucref_i_same_shape(a, b))) && sucref_i_beside_ok(l, a, b);
}

static int sucref_i_open_tensors(const sucref_model *m, sucref_fault *f)
{
    sucref_tensor t;
    unsigned n;
    for (n = 0; n < m->n_tensors; n++) {
        const uint32_t at = sucref_i_tensors_at(m) + n * SUCREF_I_TENSOR;
        unsigned flags;
        sucref_model_tensor(&t, m, n);
        flags = t.flags & SUCREF_TENSOR_STATE;
        if (sucref_i_tensor_bytes(&t) == 0) { return SUCREF_I_FAIL(f, "size of a tensor", at); }
        if (n == 0 && sucref_i_tensor_bytes(&t) != m->n_in) { return SUCREF_I_FAIL(f, "inputs", SUCREF_I_H_IN); }
        if (t.flags != (n > 0 && m->n_stops > 1 ? (unsigned)SUCREF_TENSOR_KEEP : n > 0 ? flags : 0U)) {
            return SUCREF_I_FAIL(f, "flags of a tensor", at + SUCREF_I_X_FLAGS);
        }
        if (t.place > (n > 0 ? SUCREF_I_PLACES : 0U)) {
            return SUCREF_I_FAIL(f, "place of a tensor", at + SUCREF_I_X_PLACE);
        }
        if (t.first > t.last || (n == 0 && t.first != 0) || (flags != 0 && (t.first != 0 || t.last != 0xFF))) {
            return SUCREF_I_FAIL(f, "life of a tensor", at + SUCREF_I_X_FIRST);
        }
        if (SUCREF_READ_U8(m->bytes + at + 15U) != 0 || (flags == 0 && t.initial != 0)) {
            return SUCREF_I_FAIL(f, "reserved bytes of a tensor", at + SUCREF_I_X_INITIAL);
        }
    }
    return SUCREF_OK;
}

/* of tensors that need their bytes at the same time none lies in another's place */
static int sucref_i_open_places(const sucref_model *m, sucref_fault *f)
{
    sucref_tensor t, b;
    sucref_layer l;
    unsigned n, i, later;
    for (n = 2; n < m->n_tensors; n++) {
        sucref_model_tensor(&t, m, n);
        for (i = 1; i < n; i++) {
            sucref_model_tensor(&b, m, i);
            if (!sucref_i_share(&b, &t)) { continue; }
            later = t.first > b.first ? t.first : b.first;
            if (later >= m->n_layers) { later = 0; } /* written by none */
            sucref_model_layer(&l, m, later);
            if (!sucref_i_places_ok(i, &b, n, &t, &l)) {
                return SUCREF_I_FAIL(f, "tensors that share bytes",
                                     sucref_i_tensors_at(m) + n * SUCREF_I_TENSOR + SUCREF_I_X_PLACE);
            }
        }
    }
    return SUCREF_OK;
}

/* is a layer a head at a stop, of which no other layer reads the outputs, and not the stop's? */
SUCREF_I_ALONE static int sucref_i_idle(const sucref_model *m, const sucref_layer *l, unsigned layer,
                                        const sucref_stop *stop)
{
    sucref_tensor t;
    sucref_model_tensor(&t, m, l->to);
    return layer != stop->answer && layer + 1U < m->n_layers && t.last == layer;
}

/* one layer's schedule at a stop against the stop before it */
SUCREF_I_ALONE static int sucref_i_open_entries(const sucref_model *m, const sucref_layer *l, unsigned layer,
                                                unsigned stop, sucref_fault *f)
{
    const int heads = sucref_i_has_heads(m, l, layer), ends = stop + 1U == m->n_stops;
    sucref_stop s, earlier, later;
    unsigned g;
    int whole, last, behind, idle, absent = 0; /* must bits be 8? was a group before this one absent? */
    sucref_model_stop(&s, m, stop);
    sucref_model_stop(&earlier, m, stop > 0 ? stop - 1U : 0U);
    sucref_model_stop(&later, m, ends ? stop : stop + 1U);
    last = layer == s.answer;
    behind = SUCREF_I_STOPS && layer > s.answer;
    idle = SUCREF_I_STOPS && sucref_i_idle(m, l, layer, &s);
    whole = !SUCREF_I_STOPS || ends || (last && sucref_i_idle(m, l, layer, &later)) || (heads && later.head != s.head);
    for (g = 0; g < l->n_groups; g++) {
        const uint32_t at = sucref_i_entries_at(m) + ((uint32_t)stop * m->n_groups + l->first_group + g) *
                                                         SUCREF_I_ENTRY;
        sucref_stop_group now, before = { 0, 0 };
        int silent;
        sucref_model_stop_group(&now, m, stop, (unsigned)l->first_group + g);
        silent = behind || (heads && g != s.head) || (idle && SUCREF_I_ABSENT(now)); /* what is not the answer */
        if (stop > 0 && !(heads && earlier.head != s.head)) {
            sucref_model_stop_group(&before, m, stop - 1U, (unsigned)l->first_group + g);
        }
        if (sucref_i_planes_for(l, now.bits) == 0xFFU) { return SUCREF_I_FAIL(f, "bits that the plan lacks", at); }
        if (silent ? now.bits != 0 : now.bits < before.bits || (whole && now.bits != 8)) {
            return SUCREF_I_FAIL(f, "bits of a stop", at);
        }
        if (whole || silent || (SUCREF_I_KIND(l) == SUCREF_KIND_DEPTHWISE && now.bits != 0) ? now.correction_offset != 0
                                                                                   : last && SUCREF_I_ABSENT(now)) {
            return SUCREF_I_FAIL(f, "correction", at + 4U);
        }
        if (!last && !idle && !SUCREF_I_ABSENT(now) && absent) {
            return SUCREF_I_FAIL(f, "group behind an absent one", at);
        }
        absent = SUCREF_I_ABSENT(now);
        if (!last && !idle && absent && !SUCREF_I_ABSENT(before)) {
            return SUCREF_I_FAIL(f, "group that is absent again", at);
        }
        if (!sucref_i_zero_bytes(m->bytes + at + 1U, 3)) {
            return SUCREF_I_FAIL(f, "reserved bytes of an entry", at + 1U);
        }
    }
    return SUCREF_OK;
}

/* heads come one after the other, the last one at last */
static int sucref_i_head_ok(const sucref_model *m, unsigned stop, unsigned head)
{
    sucref_layer l;
    sucref_stop s = { 0, 0, 0, 0, 0, 0 };
    sucref_model_layer(&l, m, m->n_layers - 1U);
    if (!SUCREF_I_STOPS || !sucref_i_has_heads(m, &l, m->n_layers - 1U)) { return head == 0; }
    if (stop > 0) { sucref_model_stop(&s, m, stop - 1U); }
    return (head == s.head || (stop > 0 && head == s.head + 1U)) &&
           (stop + 1U == m->n_stops ? head + 1U == l.n_groups : head < l.n_groups);
}

/* answers come from layers ever further on, at last from the last one; each is as long as that, and has weights */
static int sucref_i_answer_ok(const sucref_model *m, unsigned stop, unsigned answer)
{
    sucref_layer l;
    sucref_tensor t;
    sucref_stop before;
    if (answer >= m->n_layers || (stop + 1U == m->n_stops && answer + 1U != m->n_layers)) { return 0; }
    if (!SUCREF_I_STOPS) { return 1; } /* that it is as long as the outputs is known */
    sucref_model_stop(&before, m, stop > 0 ? stop - 1U : 0U);
    sucref_model_layer(&l, m, answer);
    sucref_model_tensor(&t, m, l.to);
    return (stop == 0 || before.answer <= answer) && sucref_i_tensor_bytes(&t) == m->n_out &&
           (m->n_stops == 1 || SUCREF_I_WEIGHS(&l));
}

static int sucref_i_open_stop(const sucref_model *m, unsigned stop, uint32_t *end, unsigned *in_bits, sucref_fault *f)
{
    const uint32_t at = sucref_i_stops_at(m) + (uint32_t)stop * SUCREF_I_STOP;
    sucref_layer l;
    sucref_stop s;
    unsigned n;
    sucref_model_stop(&s, m, stop);
    if (s.end < *end || s.end > m->file_bytes || s.end % 4U != 0) { return SUCREF_I_FAIL(f, "end of a stop", at); }
    if (s.in_bits < *in_bits || s.in_bits > 8 || (stop + 1U == m->n_stops && s.in_bits != 8)) {
        return SUCREF_I_FAIL(f, "input bits of a stop", at + 4U);
    }
    if (!sucref_i_head_ok(m, stop, s.head)) { return SUCREF_I_FAIL(f, "head of a stop", at + 5U); }
    if (SUCREF_READ_U8(m->bytes + at + 6U) == m->n_layers || !sucref_i_answer_ok(m, stop, s.answer)) {
        return SUCREF_I_FAIL(f, "answer of a stop", at + 6U);
    }
    if (SUCREF_READ_U8(m->bytes + at + 7U) != 0) { return SUCREF_I_FAIL(f, "reserved bytes of a stop", at + 7U); }
    *end = s.end;
    *in_bits = s.in_bits;
    for (n = 0; n < m->n_layers; n++) {
        int status;
        sucref_model_layer(&l, m, n);
        status = sucref_i_open_entries(m, &l, n, stop, f);
        if (status != SUCREF_OK) { return status; }
    }
    return SUCREF_OK;
}

/* every group has all its bits at one stop at least, or its planes would be nowhere */
static int sucref_i_open_whole(const sucref_model *m, sucref_fault *f)
{
    sucref_stop_group e;
    unsigned g, stop;
    for (g = 0; g < m->n_groups; g++) {
        for (stop = m->n_stops, e.bits = 0; stop > 0 && e.bits != 8;) { sucref_model_stop_group(&e, m, --stop, g); }
        if (e.bits != 8) {
            return SUCREF_I_FAIL(f, "group of a head that no stop names",
                                 sucref_i_groups_at(m) + (uint32_t)g * SUCREF_I_GROUP);
        }
    }
    return SUCREF_OK;
}

/* is there a framed section of this type and length whose payload starts at `at` and ends by `end`? */
static int sucref_i_section_ok(const sucref_model *m, uint32_t at, uint32_t len, uint32_t end, unsigned type,
                               unsigned layer, unsigned index)
{
    const uint32_t first = sucref_i_u32(m->bytes + SUCREF_I_H_HEAD) + SUCREF_I_FRAME;
    const uint8_t *p;
    if (at % 4U != 0 || at < first || at > end || len > end - at) { return 0; }
    p = m->bytes + at - SUCREF_I_FRAME;
    return sucref_i_u16(p + SUCREF_I_F_TYPE) == type && sucref_i_u16(p + SUCREF_I_F_LAYER) == layer &&
           sucref_i_u16(p + SUCREF_I_F_INDEX) == index && sucref_i_u32(p + SUCREF_I_F_LEN) == len;
}

/* the sections that a complete stop reads */
static int sucref_i_open_sections(const sucref_model *m, unsigned stop, sucref_fault *f)
{
    sucref_layer l;
    sucref_stop s;
    unsigned n, g, i;
    sucref_model_stop(&s, m, stop);
    if (s.exit_offset != 0 && !sucref_i_section_ok(m, s.exit_offset, SUCREF_I_EXIT_LEN, s.end, SUCREF_I_T_EXIT, 0, 0)) {
        return SUCREF_I_FAIL(f, "exit rule", sucref_i_stops_at(m) + (uint32_t)stop * SUCREF_I_STOP + 8U);
    }
    for (n = 0; n < m->n_layers; n++) {
        sucref_model_layer(&l, m, n);
        for (g = 0; g < l.n_groups; g++) {
            sucref_group group;
            sucref_stop_group e;
            sucref_i_task task;
            sucref_model_group(&group, m, l.first_group + g);
            sucref_model_stop_group(&e, m, stop, l.first_group + g);
            sucref_i_task_of(&task, &l, &e, NULL, 1);
            for (i = task.first; i < task.last; i++) {
                const uint32_t bytes = sucref_i_plane_bytes(group.n_rows, group.n_columns, l.plan[i],
                                                            sucref_i_layout(m, &l));
                if (!sucref_i_section_ok(m, group.plane_offset[i], bytes, s.end, SUCREF_I_T_PLANE, n, g * 8U + i)) {
                    return SUCREF_I_FAIL(f, "plane",
                                         sucref_i_groups_at(m) + (uint32_t)(l.first_group + g) * SUCREF_I_GROUP + 8U +
                                             4U * i);
                }
            }
            if (e.correction_offset != 0 &&
                !sucref_i_section_ok(m, e.correction_offset, sucref_i_correction_bytes(group.n_rows, e.bits), s.end,
                                     SUCREF_I_T_CORRECTION, n, g)) {
                return SUCREF_I_FAIL(f, "correction",
                                     sucref_i_entries_at(m) +
                                         ((uint32_t)stop * m->n_groups + l.first_group + g) * SUCREF_I_ENTRY + 4U);
            }
        }
    }
    return SUCREF_OK;
}

/* do a complete plane's bytes keep what the kernels trust: no bits outside the digits? */
static int sucref_i_digits_ok(const sucref_i_plane *p)
{
    const uint32_t bytes = sucref_i_plane_bytes(p->n_rows, p->n_in, p->width, p->layout);
    const unsigned spare = p->width == 3 ? 0x88U : p->width > 4 ? (0xFFU << p->width) & 0xFFU : 0U;
    uint32_t i;
    for (i = 0; i < bytes; i++) { if (SUCREF_READ_U8(p->bytes + i) & spare) { return 0; } }
    return 1;
}

/* of whole weights: none above the layer's largest or its column's, padding included, and rows that add up to their
 * sums; sums: of the plane's first row; NULL: the file has none */
static int sucref_i_weights_ok(const sucref_i_plane *p, int most, const uint8_t *maxima, const uint8_t *sums)
{
    const uint32_t columns = SUCREF_I_IS_HALVES(p) ? SUCREF_I_PAD4(p->n_in)
                             : SUCREF_I_IS_ROWS(p) ? SUCREF_I_PAD16(p->n_in)
                                                   : p->n_in;
    uint32_t row, c;
    for (row = 0; row < SUCREF_I_PAD4(p->n_rows); row++) {
        int32_t sum = 0;
        for (c = 0; c < columns; c++) {
            const int w = sucref_i_whole_weight(p, row, c), size = w < 0 ? -w : w;
            const int max = c >= p->n_in ? 0 : maxima != NULL ? (int)SUCREF_READ_U8(maxima + c) : most;
            if (size > most || size > max) { return 0; }
            sum += w;
        }
        if (sums != NULL && row < p->n_rows && sucref_i_u32(sums + 4U * row) != (uint32_t)sum) { return 0; }
    }
    return 1;
}

/* the planes of a layer that usable stops read, wherever their offsets point */
static int sucref_i_check_planes(const sucref_model *m, unsigned layer, sucref_fault *f)
{
    sucref_layer l;
    sucref_group g;
    sucref_stop_group e;
    sucref_i_task task;
    unsigned k, i, t;
    sucref_model_layer(&l, m, layer);
    for (k = l.first_group; k < (unsigned)l.first_group + l.n_groups; k++) {
        const sucref_i_params at = sucref_i_params_of(&l);
        const uint8_t *maxima = sucref_i_has_maxima(&l) ? m->bytes + at.colmax : NULL, *sums = m->bytes + at.sums;
        unsigned used = 0;
        sucref_model_group(&g, m, k);
        sums = sucref_i_has_sums(&l) ? sums + 4U * g.first_row : NULL;
        for (t = 0; t < m->usable_stops; t++) {
            sucref_model_stop_group(&e, m, t, k);
            sucref_i_task_of(&task, &l, &e, NULL, 1);
            used |= (1U << task.last) - (1U << task.first);
        }
        for (i = 0; used >> i != 0; i++) {
            const sucref_i_plane p = sucref_i_plane_of(m->bytes + g.plane_offset[i], g.n_rows, g.n_columns, l.plan[i],
                                                       sucref_i_layout(m, &l));
            if (!(used >> i & 1U)) { continue; }
            if (!sucref_i_digits_ok(&p)) { return SUCREF_I_FAIL(f, "digit wider than its plan", g.plane_offset[i]); }
            if (SUCREF_I_LISTS(&l) && p.width == 8 && !sucref_i_weights_ok(&p, l.max_weight, maxima, sums)) {
                return SUCREF_I_FAIL(f, "weight above its maximum, or sum of a row", g.plane_offset[i]);
            }
        }
    }
    return SUCREF_OK;
}

/* the frame of a section that must end by `end`; with `check`, also its CRC, once it is all there */
static int sucref_i_frame(const sucref_model *m, uint32_t at, uint32_t end, int check, sucref_fault *f)
{
    const uint8_t *p = m->bytes + at;
    const uint32_t len = sucref_i_u32(p + SUCREF_I_F_LEN);
    const unsigned type = sucref_i_u16(p + SUCREF_I_F_TYPE), flags = SUCREF_READ_U8(p + SUCREF_I_F_FLAGS);
    if (len % 4U != 0 || end - at < SUCREF_I_FRAME || len > end - at - SUCREF_I_FRAME) {
        return SUCREF_I_FAIL(f, "section length", at + SUCREF_I_F_LEN);
    }
    if (flags > SUCREF_I_REQUIRED) { return SUCREF_I_FAIL(f, "section flags", at + SUCREF_I_F_FLAGS); }
    if ((flags & SUCREF_I_REQUIRED) && type != SUCREF_I_T_CORRECTION && type != SUCREF_I_T_PLANE) {
        return SUCREF_I_FAIL(f, "unknown required section", at);
    }
    if (check && len <= m->bytes_len - at - SUCREF_I_FRAME) {
        if (sucref_i_crc_behind(p, SUCREF_I_FRAME, len) != sucref_i_u32(p + SUCREF_I_F_CRC)) {
            return SUCREF_I_FAIL(f, "section CRC", at);
        }
    }
    return SUCREF_OK;
}

/* walks the sections that have arrived, stop by stop: none reaches past its stop's end. How many stops are complete */
static int sucref_i_walk(const sucref_model *m, int check, sucref_fault *f)
{
    uint32_t at = sucref_i_u32(m->bytes + SUCREF_I_H_HEAD), end;
    unsigned stop;
    sucref_stop s;
    for (stop = 0; stop <= m->n_stops; stop++) {
        if (stop < m->n_stops) { sucref_model_stop(&s, m, stop); end = s.end; } else { end = m->file_bytes; }
        for (; at < end; at += SUCREF_I_FRAME + sucref_i_u32(m->bytes + at + SUCREF_I_F_LEN)) {
            int status;
            if (m->bytes_len - at < SUCREF_I_FRAME) {
                return m->bytes_len < m->file_bytes ? (int)stop : SUCREF_I_FAIL(f, "bytes behind the last section", at);
            }
            status = sucref_i_frame(m, at, end, check, f);
            if (status != SUCREF_OK) { return status; }
            if (sucref_i_u32(m->bytes + at + SUCREF_I_F_LEN) > m->bytes_len - at - SUCREF_I_FRAME) { return (int)stop; }
        }
    }
    return m->n_stops;
}

/* finds how many stops are complete and checks the sections of those from `first` on */
static int sucref_i_open_usable(sucref_model *m, unsigned first, sucref_fault *f)
{
    int status = SUCREF_OK, usable = sucref_i_walk(m, 0, f), n;
    if (usable < 0) { return usable; }
    if (usable == 0) { return SUCREF_I_FAIL(f, "first stop: file is cut", m->bytes_len); }
    for (n = (int)first; SUCREF_I_CHECKS && status == SUCREF_OK && n < usable; n++) {
        status = sucref_i_open_sections(m, (unsigned)n, f);
    }
    m->usable_stops = (uint8_t)usable;
    return status;
}

/* what a uint32_t asks for: 4 nearly everywhere, 1 on AVR */
struct sucref_i_align { char c; uint32_t word; };
#define SUCREF_I_ALIGN offsetof(struct sucref_i_align, word)

/* how many of so many bytes a file can have */
static uint32_t sucref_i_bytes32(uint64_t n) { return n > 0xFFFFFFFFU ? 0xFFFFFFFFU : (uint32_t)n; }

/* all records and parameters */
static int sucref_i_open_tables(const sucref_model *m, sucref_fault *f)
{
    uint32_t next[2], end = sucref_i_u32(m->bytes + SUCREF_I_H_HEAD); /* group, parameters */
    unsigned n, in_bits = 1;
    int status = sucref_i_open_tensors(m, f);
    next[0] = 0; next[1] = sucref_i_tables_end(m);
    for (n = 0; status == SUCREF_OK && n < m->n_layers; n++) { status = sucref_i_open_layer(m, n, next, f); }
    if (status == SUCREF_OK) { status = sucref_i_open_places(m, f); }
    if (status != SUCREF_OK) { return status; }
    if (next[0] != m->n_groups) { return SUCREF_I_FAIL(f, "number of groups", SUCREF_I_H_GROUPS); }
    if (next[1] != end) { return SUCREF_I_FAIL(f, "head length", SUCREF_I_H_HEAD); }
    for (n = 0; status == SUCREF_OK && n < m->n_stops; n++) { status = sucref_i_open_stop(m, n, &end, &in_bits, f); }
    return SUCREF_I_STOPS && status == SUCREF_OK ? sucref_i_open_whole(m, f) : status;
}

SUCREF_API int sucref_model_open(sucref_model *m, const void *bytes, size_t bytes_len, sucref_fault *fault)
{
    sucref_model t;
    int status;
    if (m == NULL || bytes == NULL || (uintptr_t)bytes % SUCREF_I_ALIGN != 0) { return SUCREF_E_ARG; }
    t.bytes = (const uint8_t *)bytes;
    t.bytes_len = sucref_i_bytes32(bytes_len);
    t.usable_stops = 0;
    status = sucref_i_open_header(&t, fault);
    if (SUCREF_I_CHECKS && status == SUCREF_OK) { status = sucref_i_open_tables(&t, fault); }
    if (status == SUCREF_OK) { status = sucref_i_open_usable(&t, 0, fault); }
    if (status == SUCREF_OK) { *m = t; }
    return status;
}

/* do the n numbers at a place name each of 0..n - 1 once? In windows of 32 */
static int sucref_i_order_ok(const sucref_model *m, uint32_t at, uint32_t n)
{
    uint32_t from, i;
    for (from = 0; from < n; from += 32U) {
        uint32_t seen = n - from < 32U ? 0xFFFFFFFFU << (n - from) : 0;
        for (i = 0; i < n; i++) {
            const uint32_t to = sucref_i_u16(m->bytes + at + 2U * i) - from; /* wraps below the window */
            if (to < 32U) { seen |= (uint32_t)1 << to; }
        }
        if (seen != 0xFFFFFFFFU) { return 0; }
    }
    return 1;
}

/* the orders of a layer */
static int sucref_i_check_orders(const sucref_model *m, unsigned layer, sucref_fault *f)
{
    sucref_layer l;
    sucref_i_params at;
    sucref_model_layer(&l, m, layer);
    at = sucref_i_params_of(&l);
    if ((l.flags & SUCREF_LAYER_ORDER) && !sucref_i_order_ok(m, at.order, l.n_out)) {
        return SUCREF_I_FAIL(f, "output order", at.order);
    }
    if ((l.flags & SUCREF_LAYER_INPUT_ORDER) && !sucref_i_order_ok(m, at.input_order, l.n_in)) {
        return SUCREF_I_FAIL(f, "input order", at.input_order);
    }
    return SUCREF_OK;
}

SUCREF_API int sucref_model_check(const sucref_model *m, sucref_fault *fault)
{
    uint32_t behind;
    unsigned n;
    int status;
    if (m == NULL) { return SUCREF_E_ARG; }
    behind = sucref_i_u32(m->bytes + SUCREF_I_H_HEAD) - SUCREF_I_HEADER;
    if (sucref_i_crc_behind(m->bytes, SUCREF_I_HEADER, behind) != sucref_i_u32(m->bytes + SUCREF_I_H_CRC)) {
        return SUCREF_I_FAIL(fault, "head CRC", SUCREF_I_H_CRC);
    }
    status = sucref_i_walk(m, 1, fault);
    for (n = 0; status >= 0 && n < m->n_layers; n++) {
        status = sucref_i_check_orders(m, n, fault);
        if (status == SUCREF_OK) { status = sucref_i_check_planes(m, n, fault); }
    }
    return status < 0 ? status : SUCREF_OK;
}

SUCREF_API int sucref_model_extend(sucref_model *m, size_t bytes_len, sucref_fault *fault)
{
    sucref_model t;
    int status;
    if (m == NULL || bytes_len < m->bytes_len) { return SUCREF_E_ARG; }
    t = *m;
    t.bytes_len = bytes_len > m->file_bytes ? m->file_bytes : (uint32_t)bytes_len;
    status = sucref_i_open_usable(&t, m->usable_stops, fault);
    if (status != SUCREF_OK) { return status; }
    *m = t;
    return t.usable_stops;
}

/* what a layer without weights passes on: of the channels of its input the lowest that changed and how many have a
 * value become those of its output */
static void sucref_i_passed_mark(const sucref_model *m, const sucref_layer *l, const sucref_tensor *to,
                                 uint32_t was_changed, uint32_t was_present, uint32_t *changed, uint32_t *present)
{
    const uint8_t *box = m->bytes + sucref_i_params_of(l).box;
    *changed = was_changed; *present = was_present;
    if (SUCREF_I_KIND(l) == SUCREF_KIND_CONSTANT) { *present = to->channels; }
    if (SUCREF_I_KIND(l) == SUCREF_KIND_SOFTMAX) {
        if (was_changed != SUCREF_I_UNCHANGED) { *changed = 0; }
        if (was_present < to->channels) { *present = 0; }
    }
    if (SUCREF_I_KIND(l) == SUCREF_KIND_COPY) {
        sucref_tensor in;
        const uint32_t n_c = sucref_i_u16(box + 16), first = sucref_i_u16(box + 4);
        sucref_model_tensor(&in, m, l->from);
        if (was_changed != SUCREF_I_UNCHANGED) { *changed = 0; }
        if (was_present >= (n_c != 0 ? first + n_c : in.channels)) {
            *present = to->channels;
        } else {
            *present = n_c == 0 ? 0U : (was_present > first ? was_present - first : 0U) + sucref_i_u16(box + 10);
        }
    }
}

/* adds what a group costs that reads the columns from..to - 1 at each of n positions */
static void sucref_i_cost_of(sucref_cost *out, const sucref_layer *l, const sucref_group *g, const sucref_i_task *t,
                             uint32_t old, uint32_t to, uint32_t n)
{
    unsigned i;
    for (i = t->first; i < t->last; i++) {
        out->macs += (uint64_t)g->n_rows * (to - old) * n;
        out->weight_bytes += sucref_i_plane_bytes(g->n_rows, to, l->plan[i], 0) -
                             sucref_i_plane_bytes(g->n_rows, old, l->plan[i], 0);
    }
}

/* of a tensor at a stop: its lowest channel that changed, or SUCREF_I_UNCHANGED, and how many have a value */
typedef struct { uint16_t changed[SUCREF_MAX_TENSORS], present[SUCREF_MAX_TENSORS]; } sucref_i_marks;

static void sucref_i_lower(sucref_i_marks *k, unsigned tensor, uint32_t changed, uint32_t present)
{
    if (changed < k->changed[tensor]) { k->changed[tensor] = (uint16_t)changed; }
    if (present < k->present[tensor]) { k->present[tensor] = (uint16_t)present; }
}

/* channels of its input that a group reads */
static uint32_t sucref_i_group_channels(const sucref_layer *l, const sucref_group *g, const sucref_tensor *in)
{
    if (SUCREF_I_KIND(l) == SUCREF_KIND_DEPTHWISE) {
        return (g->first_row + g->n_rows - 1U) / (l->n_out / in->channels) + 1U;
    }
    if (SUCREF_I_KIND(l) == SUCREF_KIND_DENSE) {
        return SUCREF_I_PICTURES && in->height * (uint32_t)in->width > 1 ? in->channels : g->n_columns;
    }
    return g->n_columns / sucref_i_taps(l);
}

/* adds what a layer with weights costs at stop t; old: before it, or t */
static void sucref_i_cost_of_layer(sucref_cost *out, sucref_i_marks *k, const sucref_model *m, unsigned n, unsigned t,
                                   unsigned old)
{
    sucref_layer l;
    sucref_tensor in, to;
    uint32_t lowest = old == t ? 0U : SUCREF_I_UNCHANGED, present;
    unsigned g;
    sucref_model_layer(&l, m, n);
    sucref_model_tensor(&in, m, l.from);
    sucref_model_tensor(&to, m, l.to);
    for (g = l.first_group; g < (unsigned)l.first_group + l.n_groups; g++) {
        sucref_group group;
        sucref_stop_group now, before;
        sucref_i_task task;
        uint32_t channels, columns;
        sucref_model_group(&group, m, g);
        sucref_model_stop_group(&now, m, t, g);
        sucref_model_stop_group(&before, m, old, g);
        channels = sucref_i_group_channels(&l, &group, &in);
        columns = group.n_columns;
        if (channels > k->present[l.from] && SUCREF_I_KIND(&l) != SUCREF_KIND_DEPTHWISE) {
            columns = columns / channels * k->present[l.from];
            channels = k->present[l.from];
        }
        sucref_i_task_of(&task, &l, &now, old == t ? NULL : &before, k->changed[l.from] < channels);
        if (task.mode != SUCREF_I_SKIP && group.first_row < lowest) { lowest = group.first_row; }
        sucref_i_cost_of(out, &l, &group, &task, task.mode == SUCREF_I_DELTA ? k->changed[l.from] : 0U, columns,
                         SUCREF_I_KIND(&l) == SUCREF_KIND_DENSE ? 1U : (uint32_t)to.height * to.width);
    }
    present = sucref_i_present(m, &l, t);
    if (to.channels != l.n_out) { /* rows are no channels */
        present = present == l.n_out ? to.channels : 0U;
        if (lowest != SUCREF_I_UNCHANGED) { lowest = 0; }
    }
    sucref_i_lower(k, l.to, lowest, present);
}

SUCREF_API void sucref_model_cost(sucref_cost *out, const sucref_model *m, unsigned first, unsigned stop)
{
    sucref_i_marks k;
    sucref_layer l;
    sucref_tensor to;
    sucref_stop s;
    unsigned t, n;
    out->macs = out->weight_bytes = 0;
    for (t = first; t <= stop; t++) {
        for (n = 0; n < m->n_tensors; n++) {
            sucref_model_tensor(&to, m, n);
            k.changed[n] = t == first || (n == 0 && sucref_i_input_changes(m, t, t - 1U)) ? 0U : SUCREF_I_UNCHANGED;
            k.present[n] = to.channels;
        }
        sucref_model_stop(&s, m, t);
        for (n = 0; n <= s.answer; n++) {
            uint32_t changed, present;
            sucref_model_layer(&l, m, n);
            if (SUCREF_I_WEIGHS(&l)) {
                sucref_i_cost_of_layer(out, &k, m, n, t, t > first ? t - 1U : t);
                continue;
            }
            sucref_model_tensor(&to, m, l.to);
            sucref_i_passed_mark(m, &l, &to, k.changed[l.from], k.present[l.from], &changed, &present);
            sucref_i_lower(&k, l.to, changed, present);
            if (SUCREF_I_KIND(&l) == SUCREF_KIND_ADD || SUCREF_I_KIND(&l) == SUCREF_KIND_MUL) {
                sucref_i_lower(&k, l.to, k.changed[l.from2], k.present[l.from2]);
            }
        }
    }
}

/* ---- inputs in column order --------------------------------------------------------------------------------------
 * What reads a layer's input gets it in runs of bytes in column order, wherever they lie. */

typedef struct {            /* what a layer reads of a picture for one output */
    int32_t y, x;           /* where its first tap is; outside the picture all is `zero` */
    uint32_t height, width, channels; /* of the picture */
    uint32_t kernel_h, kernel_w, dilation_h, dilation_w;
    uint32_t stride, read;  /* columns of a tap; of those how many have a value */
    uint8_t zero;
} sucref_i_window;

typedef struct {
    const uint8_t *bytes;   /* the tensor */
    const uint8_t *order;   /* of the first layer: which byte a column is; or NULL */
    const uint8_t *old;     /* of a delta: the tensor as it was; or NULL */
    uint32_t at, to;        /* columns left */
    uint8_t flip, k, old_k; /* a column is cut(byte ^ flip, k) */
    uint8_t fell;           /* of a delta: what fell, in place of what grew */
    uint32_t line, pitch;   /* of a window: columns of a line inside the picture, bytes to the next one; 0: no lines */
    uint32_t lines, column; /* lines left, the next column */
    uint32_t skip;          /* columns outside the picture from line to line, which hold `fill` */
    const sucref_i_window *window; /* of any other; NULL: columns lie one behind the other */
    const uint8_t *span;    /* of a window: where the columns at hand lie, NULL outside the picture */
    uint32_t left;          /* how many they are */
    uint8_t tap_y, tap_x;   /* the next tap */
    uint8_t fill;           /* of lines, what lies outside */
} sucref_i_view;

enum { SUCREF_I_PIECE = 32 };
typedef struct { const uint8_t *u; uint32_t n, at; uint8_t piece[SUCREF_I_PIECE]; } sucref_i_run; /* at: its column */

/* an input of the first layer, cut to its top 8 - k bits and read at the centre of the rest (METHOD 5) */
static inline uint32_t sucref_i_cut(uint32_t u, unsigned k)
{
    if (!SUCREF_I_STOPS || k == 0) { return u; }
    u >>= k;
    return u == 0 ? 0 : (u << k) + ((uint32_t)1 << (k - 1U));
}

/* the next n columns of a tensor, in the order that the view says. An order lies at a multiple of 4 in the file, so
 * that a word holds columns 2 i and 2 i + 1. */
static void sucref_i_gather(uint8_t *to, const uint8_t *bytes, const sucref_i_view *v, uint32_t n, unsigned k)
{
    const uint8_t *order = v->order, flip = v->flip;
    uint32_t i = 0;
    if (order == NULL) {
        for (bytes += v->at; i < n; i++) { to[i] = bytes[i]; }
    } else if (SUCREF_I_SMALL) {
        for (order += 2U * v->at; i < n; i++) { to[i] = bytes[sucref_i_u16(order + 2U * i)]; }
    } else {
        if (v->at & 1U) { to[i++] = bytes[sucref_i_u16(order + 2U * v->at)]; }
        for (order += 2U * (v->at + i); i + 1U < n; i += 2U, order += 4) {
            const uint32_t two = SUCREF_READ_U32(order);
            to[i] = bytes[two & 0xFFFFU];
            to[i + 1U] = bytes[two >> 16];
        }
        if (i < n) { to[i] = bytes[sucref_i_u16(order)]; }
    }
    for (i = 0; (flip | k) != 0 && i < n; i++) { to[i] = (uint8_t)sucref_i_cut((uint32_t)(to[i] ^ flip), k); }
}

/* finds the next columns of a window that lie together: as many taps of a line as do. 0 where none is left. */
static int sucref_i_next_span(sucref_i_view *v)
{
    const sucref_i_window *w = v->window;
    const uint32_t taps = w->kernel_w - v->tap_x, y = (uint32_t)w->y + v->tap_y * w->dilation_h,
                   x = (uint32_t)w->x + v->tap_x * w->dilation_w; /* before the picture they wrap */
    uint32_t n = taps;
    if (v->tap_y == w->kernel_h) { return 0; }
    v->at = (v->tap_y * w->kernel_w + v->tap_x) * w->stride;
    if (y >= w->height) {
        v->span = NULL;
    } else if (x >= w->width) {
        const uint32_t out = 0U - x; /* where it lies before the line, so many places */
        if (out < taps && w->dilation_w == 1) { n = out; } else if (w->dilation_w > 1) { n = 1; }
        v->span = NULL;
    } else {
        if (w->width - x < n) { n = w->width - x; }
        if (w->dilation_w > 1 || w->read != w->channels) { n = 1; }
        v->span = v->bytes + (y * w->width + x) * w->channels;
    }
    if (w->read != w->stride) { n = 1; }
    v->left = n > 1 ? n * w->stride : w->read;
    v->tap_x = (uint8_t)(v->tap_x + n);
    if (v->tap_x == w->kernel_w) { v->tap_x = 0; v->tap_y = (uint8_t)(v->tap_y + 1U); }
    return 1;
}

/* the next columns of a window; what is outside the picture is left out where it is 0 */
static int sucref_i_next_of_window(sucref_i_run *r, sucref_i_view *v)
{
    const uint32_t zero = v->window->zero;
    uint32_t i;
    while (v->left == 0 || (v->span == NULL && zero == 0)) { if (!sucref_i_next_span(v)) { return 0; } }
    r->n = v->left;
    r->at = v->at;
    r->u = v->span;
    if (v->span == NULL || v->flip != 0 || v->k != 0) {
        if (r->n > SUCREF_I_PIECE) { r->n = SUCREF_I_PIECE; }
        for (i = 0; i < r->n; i++) {
            r->piece[i] = (uint8_t)(v->span == NULL ? zero : sucref_i_cut((uint32_t)(v->span[i] ^ v->flip), v->k));
        }
        r->u = r->piece;
    }
    v->left -= r->n;
    v->at += r->n;
    if (v->span != NULL) { v->span += r->n; }
    return 1;
}

/* one direction: taps first..end - 1 lie inside */
static void sucref_i_inside(uint32_t *first, uint32_t *end, int32_t at, uint32_t kernel, uint32_t dilation,
                            uint32_t size)
{
    *first = 0; *end = kernel;
    if (at >= 0 && at + (int32_t)((kernel - 1U) * dilation) < (int32_t)size) { return; }
    while (*first < kernel && at + (int32_t)(*first * dilation) < 0) { (*first)++; }
    for (*end = *first; *end < kernel && at + (int32_t)(*end * dilation) < (int32_t)size;) { (*end)++; }
}

/* the next columns of a line whose bytes are not as they are read */
static int sucref_i_next_of_line(sucref_i_run *r, sucref_i_view *v)
{
    uint32_t i;
    if (v->left == 0) {
        if (v->lines == 0) { return 0; }
        v->span = v->bytes;
        v->left = v->line;
        if (--v->lines > 0) { v->bytes += v->pitch; } /* else it might leave the tensor */
    }
    r->at = v->column;
    r->n = v->left > SUCREF_I_PIECE ? (uint32_t)SUCREF_I_PIECE : v->left;
    r->u = r->piece;
    for (i = 0; i < r->n; i++) { r->piece[i] = (uint8_t)sucref_i_cut((uint32_t)(v->span[i] ^ v->flip), v->k); }
    v->span += r->n;
    v->left -= r->n;
    v->column += v->left == 0 ? r->n + v->skip : r->n;
    return 1;
}

/* the next columns of any view but of plain lines */
SUCREF_I_ALONE static int sucref_i_next_piece(sucref_i_run *r, sucref_i_view *v)
{
    uint32_t i, n = v->to - v->at;
    if (SUCREF_I_PICTURES && v->line != 0) { return sucref_i_next_of_line(r, v); }
    if (SUCREF_I_PICTURES && v->window != NULL) { return sucref_i_next_of_window(r, v); }
    if (n == 0) { return 0; }
    r->at = v->at;
    r->u = v->bytes + v->at;
    if (v->order != NULL || SUCREF_I_OLD(v) || v->flip != 0 || v->k != 0) {
        if (n > SUCREF_I_PIECE) { n = SUCREF_I_PIECE; }
        sucref_i_gather(r->piece, v->bytes, v, n, v->k);
        r->u = r->piece;
    }
    if (SUCREF_I_OLD(v)) {
        uint8_t old[SUCREF_I_PIECE];
        sucref_i_gather(old, v->old, v, n, v->old_k);
        for (i = 0; i < n; i++) {
            const uint8_t now = r->piece[i], was = old[i];
            r->piece[i] = (uint8_t)(v->fell ? (was > now ? was - now : 0) : now > was ? now - was : 0);
        }
    }
    r->n = n;
    v->at += n;
    return 1;
}

/* the next columns; 0 where none is left */
static inline int sucref_i_next_run(sucref_i_run *r, sucref_i_view *v)
{
    if (!SUCREF_I_PICTURES || v->line == 0 || (v->flip | v->k) != 0) { return sucref_i_next_piece(r, v); }
    if (v->lines == 0) { return 0; }
    r->u = v->bytes; r->at = v->column; r->n = v->line;
    v->column += v->line + v->skip;
    if (--v->lines > 0) { v->bytes += v->pitch; } /* else it might leave the tensor */
    return 1;
}

/* ---- kernels: what they share ------------------------------------------------------------------------------------
 * A family of kernels is a way to list a layer's input or what changed in it (sucref_i_list_part) and a way to multiply
 * a block of rows by such a list (sucref_i_dot_block), in one room; SUCREF_KERNEL picks the family. Both start from
 * METHOD 4 and end in the same integers.
 *
 * A layer's list is a head and parts, one behind the other, which end where the columns of one of its groups do: a
 * group is multiplied by the parts up to its columns. A part is a head and entries, whose form is told in the family's
 * room. Lists for full bytes of the layer's own plane may hold d = u - zero point in place of u (sucref_i_form): few
 * of them count where the input is quiet, and they are small; the file's row sums make up for it. */

enum {                     /* words of a list's head */
    SUCREF_I_LIST_COLUMNS, /* that are listed; 0: the list is of no use */
    SUCREF_I_LIST_FORM,    /* what for, as below */
    SUCREF_I_LIST_NEXT,    /* where the next part starts */
    SUCREF_I_LIST_SUM,     /* of the group at hand: sum(u) of its columns, entries of its parts */
    SUCREF_I_LIST_COUNT,
    SUCREF_I_LIST_HEAD
};
enum { SUCREF_I_DIGITS = 0, SUCREF_I_OWN, SUCREF_I_CENTRED, SUCREF_I_HALF, SUCREF_I_SIXTEENS }; /* of u for digits; of
                                                * u, of d for whole weights; of u for halves; of u as bytes, for rows */
#define SUCREF_I_BESIDE(form) (SUCREF_I_OWN_LAYOUT || (form) >= SUCREF_I_HALF) /* no list? */
#define SUCREF_I_TO_HALVES(form) (SUCREF_I_HALVES && (SUCREF_I_OWN_LAYOUT || (form) == SUCREF_I_HALF))
#define SUCREF_I_FOR_DIGITS(form) (SUCREF_I_STOPS && (form) == SUCREF_I_DIGITS)
#define SUCREF_I_SHORT_ROWS (SUCREF_I_BY_ROWS ? 64U : 32U) /* of a picture's layer at once */
enum {                     /* words of a part's head */
    SUCREF_I_PART_COLUMNS, /* where it ends, in columns */
    SUCREF_I_PART_WORDS,   /* its length */
    SUCREF_I_PART_SUM,     /* sum of what it lists; of a delta how much that changed */
    SUCREF_I_PART_COUNT,   /* entries: products of each row */
    SUCREF_I_PART_OVER,    /* what is added too much to each row */
    SUCREF_I_PART_KIND,
    SUCREF_I_PART_SECOND,  /* of a delta, where the list of what fell starts, if there are two; else 0 */
    SUCREF_I_PART_BASE,    /* the column that entries count from */
    SUCREF_I_PART_ZERO,    /* of bytes: what to subtract */
    SUCREF_I_PART_HEAD,
    SUCREF_I_PART_OVER_2 = SUCREF_I_PART_ZERO /* of bytes for rows, at two positions: of the second one */
};
enum { SUCREF_I_CHUNKS = 0, SUCREF_I_SIGNED, SUCREF_I_WIDE, SUCREF_I_BYTES_KIND, SUCREF_I_HALVES_KIND,
       SUCREF_I_LONG_KIND, SUCREF_I_TWO_KIND }; /* the last: bytes of two positions, side by side */
enum { SUCREF_I_WIDE_CHUNK = 1, SUCREF_I_WIDE_END = 3, SUCREF_I_WIDE_FAR = 5 }; /* in place of a wide part's entry */
#ifdef SUCREF_CONSTANT_WORK
#  define SUCREF_I_ANY_CHANGE 1 /* what is computed counts as changed, and every input as large */
#else
#  define SUCREF_I_ANY_CHANGE 0
#endif
#define SUCREF_I_PART_ENDS 6 /* words of a part beside its head, entries and ends of chunks */
#define SUCREF_I_BASE 8192U  /* columns that a part reaches over, at most */

/* the widest digit of a layer, full bytes apart; 1 where it has no other */
static unsigned sucref_i_widest_digit(const sucref_layer *l)
{
    unsigned i, width = 1;
    for (i = 0; i < l->n_planes; i++) { if (l->plan[i] < 8 && l->plan[i] > width) { width = l->plan[i]; } }
    return width;
}

/* words of a list's first parts, to a column: an end of a chunk for every fourth one, or every second (see pairs) */
static uint32_t sucref_i_parts_len(const sucref_layer *l, uint32_t parts, uint32_t columns)
{
    return (parts + columns / SUCREF_I_BASE) * (SUCREF_I_PART_HEAD + SUCREF_I_PART_ENDS) + columns +
           (columns >> (sucref_i_widest_digit(l) == 7 ? 1 : 2));
}

/* words in front of the list of a picture's layer: its rows as sucref_i_prepare_rows has them */
enum { SUCREF_I_PREPARED = 4, SUCREF_I_MOST_LISTED = 2048 };
enum { SUCREF_I_MANY = 16, SUCREF_I_LISTED_BYTES = 512 }; /* of positions that rows serve at once, if there are more
                                                           * than two: how many, and their columns' bytes */
static uint32_t sucref_i_prepared_len(const sucref_layer *l)
{
    const int any = SUCREF_I_KIND(l) == SUCREF_KIND_CONV || SUCREF_I_KIND(l) == SUCREF_KIND_DEPTHWISE;
    return any ? SUCREF_I_PREPARED * l->n_out : 0U;
}

/* Is a window of so many columns that it is kept as bytes and never listed? Of the families pairs can multiply by
 * bytes. */
static int sucref_i_bytes_only(const sucref_model *m, const sucref_layer *l)
{
    sucref_tensor t;
    if (SUCREF_I_FAMILY != SUCREF_PAIRS || l->n_in <= SUCREF_I_MOST_LISTED || l->plan[0] != 8) { return 0; }
    sucref_model_tensor(&t, m, l->from);
    return SUCREF_I_PICTURES && (SUCREF_I_KIND(l) == SUCREF_KIND_CONV || t.height > 1 || t.width > 1);
}

/* May windows of the layer share lists of their columns? Room is kept for that in every family: tools tell it to
 * boards. */
enum { SUCREF_I_LONG_COLUMN = 16 }; /* worth a list */
#define SUCREF_I_MAY_SLIDE(l)                                                                                          \
    (SUCREF_I_KIND(l) == SUCREF_KIND_CONV && (l)->kernel_w > 1 && (l)->stride_w == 1 && (l)->dilation_w == 1 &&        \
     (l)->n_in / (l)->kernel_w >= SUCREF_I_LONG_COLUMN)

/* the words that a layer's list may take */
static uint32_t sucref_i_list_len(const sucref_model *m, const sucref_layer *l)
{
    const uint8_t *p = m->bytes + sucref_i_groups_at(m) + l->first_group * (uint32_t)SUCREF_I_GROUP + 6U;
    uint32_t parts = 0, before = 0;
    unsigned g;
    if (SUCREF_I_KIND(l) == SUCREF_KIND_ADD) { return 512U; }
    if (!SUCREF_I_LISTS(l)) { return sucref_i_prepared_len(l); }
    if (sucref_i_halves(m, l) && l->plan[0] == 8) { /* of two positions, or one */
        return sucref_i_prepared_len(l) + SUCREF_I_LIST_HEAD + SUCREF_I_PART_HEAD +
               SUCREF_I_PAD4(l->n_in) / (SUCREF_I_KIND(l) == SUCREF_KIND_CONV ? 1U : 2U);
    }
    if (sucref_i_rows(m, l)) {
        uint32_t bytes = SUCREF_I_PAD16(l->n_in);
        if (SUCREF_I_KIND(l) == SUCREF_KIND_CONV) {
            bytes = 2U * bytes > SUCREF_I_LISTED_BYTES ? 2U * bytes : (uint32_t)SUCREF_I_LISTED_BYTES;
        }
        return sucref_i_prepared_len(l) + SUCREF_I_LIST_HEAD + SUCREF_I_PART_HEAD + bytes / 4U;
    }
    if (sucref_i_bytes_only(m, l)) {
        return sucref_i_prepared_len(l) + SUCREF_I_LIST_HEAD + SUCREF_I_PART_HEAD + SUCREF_I_WORDS(l->n_in);
    }
    for (g = 0; g < l->n_groups; g++, p += SUCREF_I_GROUP) {
        if (sucref_i_u16(p) != before) { parts++; }
        before = sucref_i_u16(p);
    }
    if (SUCREF_I_MAY_SLIDE(l)) { parts += l->kernel_w - 1U; }
    return sucref_i_prepared_len(l) + SUCREF_I_LIST_HEAD + sucref_i_parts_len(l, parts, l->n_in);
}

/* does the layer read whole weights of its own plane at these bits? They count 128 too much for every u. */
static inline int sucref_i_own_bytes(const sucref_layer *l, unsigned bits)
{
    return !SUCREF_I_STOPS || (bits == 8 && l->plan[l->n_planes - 1U] == 8);
}

/* what a list for a group's rows of so many bits holds; all: is every column of it there? Families that list d have
 * SUCREF_I_CENTRES. */
static inline unsigned sucref_i_form(const sucref_model *m, const sucref_layer *l, unsigned bits, int all)
{
    if (sucref_i_rows(m, l)) { return SUCREF_I_SIXTEENS; }
    if (!sucref_i_own_bytes(l, bits)) { return SUCREF_I_DIGITS; }
    if (sucref_i_halves(m, l)) { return SUCREF_I_HALF; }
    return SUCREF_I_CENTRES && all && sucref_i_has_sums(l) ? SUCREF_I_CENTRED : SUCREF_I_OWN;
}

/* what a part is made for */
typedef struct {
    const sucref_model *m;
    const sucref_layer *l;
    unsigned form;
    int wide;          /* try no chunks: the list before this one had none */
    uint32_t most;     /* of sucref_i_chunk_of */
} sucref_i_purpose;

/* how much a chunk of a list may hold: of maximum * |x|, or where one number bounds all weights, of |x| */
static uint32_t sucref_i_chunk_of(const sucref_layer *l, unsigned form, int delta)
{
    const uint32_t most = SUCREF_I_FOR_DIGITS(form) && !delta ? 65535U : 32767U;
    if (SUCREF_I_FOR_DIGITS(form)) { return most / (((uint32_t)1 << sucref_i_widest_digit(l)) - 1U); }
    if (SUCREF_I_SIMD) { return 0x7FFFFFFFU; } /* one chunk */
    return (sucref_i_has_maxima(l) && !delta) || l->max_weight == 0 ? most : most / l->max_weight;
}

#define SUCREF_I_BY_SIMD(part) (SUCREF_I_SIMD && (part)[SUCREF_I_PART_KIND] >= SUCREF_I_BYTES_KIND)
#define SUCREF_I_BY_TWO(part) (SUCREF_I_BY_SIMD(part) || (part)[SUCREF_I_PART_KIND] == SUCREF_I_SIGNED)
#if !SUCREF_I_SIMD
#  define sucref_i_dot_simd(acc, p, part, rows, blocks, next) ((void)0)
#endif
#if !SUCREF_I_TWO
#  define sucref_i_dot8_two(acc, p, list, next) ((void)0)
#endif
#if !SUCREF_I_HALVES
#  define sucref_i_dot_halves(acc, p, x, sum, row, rows, positions) ((void)(positions))
#  define sucref_i_build_halves(list, from, columns, position, positions, holes) ((void)(from), (void)(holes))
#endif
#if !SUCREF_I_BY_ROWS
#  define sucref_i_dot_rows(acc, p, part, row, rows) ((void)0)
#  define sucref_i_two_places(acc, pitch, p, x, over, row, rows) ((void)(over))
#  define sucref_i_put_view(to, from, n, flip) ((void)(flip), 0U)
#  define sucref_i_put_window(to, s, h, y, x) 0U
#  define sucref_i_end_rows(list, position, columns, sum) ((void)0)
#endif

#if SUCREF_I_FAMILY != SUCREF_PAIRS
/* A wide part of all inputs that are not 0, or of all of them where work must not depend on the data; of a delta of
 * what grew, then of what fell. An entry is two bytes: 8 times the number of columns between the last entry's and its
 * own (the first one's: between the first column and its own), 0 to 31, and u. Other bytes are odd:
 *
 *     WIDE_FAR    8 times a number of columns, 1 to 8191, follow, low byte first: so many more are in between
 *     WIDE_CHUNK  stands where the next u would make the sum of all since the last such byte larger than 65535, or for
 *                 digits 4369: sums of products with bytes fit 24 bits then, 255 * 65535 < 2^24, and with digits of 4
 *                 bits 16, 15 * 4369 = 65535
 *     WIDE_END    ends the list
 *
 * That is less than 4 bytes a column, and a word: a FAR leaves out a column, and what it is for 32. */
typedef struct {
    uint8_t *to;         /* the next byte */
    uint32_t count, sum; /* entries, of a delta of both lists, and their u */
    uint16_t most, rest; /* what a chunk holds, and what is left of it */
    uint8_t skip;        /* 8 times the columns since the last entry or FAR */
} sucref_i_wide;

/* n columns without entries, one behind the other */
static void sucref_i_skip_wide(sucref_i_wide *w, size_t n)
{
    while (n > 0) {
        const uint16_t most = n < 8191U ? (uint16_t)n : 8191U;
        *w->to++ = SUCREF_I_WIDE_FAR; *w->to++ = (uint8_t)(8U * most); *w->to++ = (uint8_t)(most >> 5);
        n -= most;
    }
}

/* the next n columns, at least 1; sums of at most 255 u fit 16 bits */
SUCREF_I_ALONE static void sucref_i_push_wide(sucref_i_wide *w, const uint8_t *u, uint8_t n)
{
    uint16_t rest = w->rest, sum = 0;
    uint8_t *to = w->to, skip = w->skip, count = 0;
#if defined(__AVR_HAVE_MOVW__) && !defined(SUCREF_NO_ASM) && !defined(SUCREF_CONSTANT_WORK)
    uint8_t t; /* the same: 10 cycles a zero, 18 an entry */
    __asm__("1:\tld r0, X+\n\ttst r0\n\tbreq 3f\n\tsub %A3, r0\n\tsbc %B3, r1\n\tbrcs 4f\n"
            "2:\tst Z+, %2\n\tst Z+, r0\n\tclr %2\n\tadd %A4, r0\n\tadc %B4, r1\n\tinc %5\n"
            "5:\tdec %6\n\tbrne 1b\n\trjmp 6f\n"
            "3:\tsubi %2, 0xF8\n\tbrne 5b\n\tldi %7, 5\n\tst Z+, %7\n\tst Z+, r1\n\tldi %7, 1\n\tst Z+, %7\n\trjmp 5b\n"
            "4:\tldi %7, 1\n\tst Z+, %7\n\tmovw %A3, %A8\n\tsub %A3, r0\n\tsbc %B3, r1\n\trjmp 2b\n6:"
            : "+x"(u), "+z"(to), "+&d"(skip), "+&r"(rest), "+&r"(sum), "+&r"(count), "+&r"(n), "=&d"(t)
            : "r"(w->most)
            : "r0", "memory");
#else
    do {
        const uint8_t x = *u++, size = SUCREF_I_ANY_CHANGE ? 255U : x;
        if (size == 0) {
            skip = (uint8_t)(skip + 8U);
            if (skip == 0) { *to++ = SUCREF_I_WIDE_FAR; *to++ = 0; *to++ = 1; } /* 32 columns */
        } else {
            if (size > rest) {
                *to++ = SUCREF_I_WIDE_CHUNK;
                rest = w->most;
            }
            rest = (uint16_t)(rest - size);
            sum = (uint16_t)(sum + x);
            count++;
            *to++ = skip; *to++ = x;
            skip = 0;
        }
    } while (--n != 0);
#endif
    w->to = to; w->skip = skip; w->rest = rest;
    w->sum += sum; w->count += count;
}

/* all columns of a view, and an end; what follows starts at a word */
static void sucref_i_push_view(sucref_i_wide *w, sucref_i_view *v, const uint8_t *part)
{
    size_t next = 0;
    sucref_i_run run;
    w->skip = 0; w->rest = w->most;
    while (sucref_i_next_run(&run, v)) {
        const uint8_t *u = run.u;
        size_t n = (size_t)run.n;
        sucref_i_skip_wide(w, (size_t)run.at - next);
        next = (size_t)run.at + n;
        for (; n > 255U; u += 255, n -= 255U) { sucref_i_push_wide(w, u, 255); }
        sucref_i_push_wide(w, u, (uint8_t)n);
    }
    do { *w->to++ = SUCREF_I_WIDE_END; } while ((size_t)(w->to - part) % 4U != 0);
}

SUCREF_I_ALONE static void sucref_i_list_wide(uint32_t *part, const sucref_i_purpose *p, sucref_i_view *from)
{
    const uint8_t *const first = (const uint8_t *)part;
    uint32_t second = 0;
    sucref_i_wide w;
    w.to = (uint8_t *)(part + SUCREF_I_PART_HEAD);
    w.count = w.sum = 0;
    w.most = SUCREF_I_FOR_DIGITS(p->form) ? 4369U : 65535U;
    if (!SUCREF_I_OLD(from)) {
        sucref_i_push_view(&w, from, first);
    } else {
        sucref_i_view v = *from;
        uint32_t grew;
        sucref_i_push_view(&w, &v, first);
        second = (uint32_t)(size_t)(w.to - first) / 4U;
        grew = w.sum;
        v = *from;
        v.fell = 1;
        sucref_i_push_view(&w, &v, first);
        w.sum = 2U * grew - w.sum;
    }
    part[SUCREF_I_PART_COLUMNS] = from->to;
    part[SUCREF_I_PART_WORDS] = (uint32_t)(size_t)(w.to - first) / 4U;
    part[SUCREF_I_PART_SUM] = w.sum;
    part[SUCREF_I_PART_COUNT] = w.count;
    part[SUCREF_I_PART_OVER] = !SUCREF_I_FOR_DIGITS(p->form) ? w.sum << 7 : 0U;
    part[SUCREF_I_PART_KIND] = SUCREF_I_WIDE;
    part[SUCREF_I_PART_SECOND] = second;
    part[SUCREF_I_PART_BASE] = part[SUCREF_I_PART_ZERO] = 0;
}

/* the next entry: its u, and the place of its column at 8 bytes a column; 0 at the end. `at` starts at -8 mod 2^32. */
static inline int sucref_i_next_entry(uint8_t *x, uint32_t *at, const uint8_t **list)
{
    const uint8_t *p = *list;
    for (;; p += *p == SUCREF_I_WIDE_FAR ? 3 : 1) {
        if (*p == SUCREF_I_WIDE_END) { return 0; }
        if (*p == SUCREF_I_WIDE_FAR) { *at += p[1] | (uint32_t)p[2] << 8; }
        if (*p % 2U == 0) { break; }
    }
    *at += p[0] + 8U;
    *x = p[1];
    *list = p + 2;
    return 1;
}
#endif

#if SUCREF_I_FAMILY == SUCREF_PAIRS
/* ---- kernels: pairs ----------------------------------------------------------------------------------------------
 * One multiplication of a masked word by x makes the products of two rows, in fields of 16 bits, for any core of 32
 * bits. An entry is 8 * (column - base) * 2^16 + x mod 2^16, x = u, or d, or what changed, -255..255; base is a
 * multiple of 8192. A part is cut into chunks inside which no field leaves its 16 bits (METHOD 4). In front of each
 * stands the number of its entries * 2^18 + sum(x) mod 2^16; a zero word ends the part. Fields of full bytes start at
 * 32768 - 128 * sum(x), k0 - sum(x) * k1 below, and of digits at 0, but in a delta, whose x have signs, at 32768.
 *
 * Digits of up to 6 bits make chunks of four columns or more, those of 7 bits of two, so that their lists always fit.
 * Where chunks of full bytes are so short that a part would have more ends than columns / 4, the list would cost more
 * than it saves: the part holds the bytes of all columns then, and rows are multiplied one product at a time, at a
 * cost that does not depend on the data. */

enum { SUCREF_I_LIST_END = 0 };

/* functions of assembly alone, of C's calling convention */
#if defined(__thumb__) && defined(__GNUC__) && defined(SUCREF_I_WORD_READS) && !defined(SUCREF_NO_ASM)
#  define SUCREF_I_ASM
#  ifdef __clang__
#    define SUCREF_I_NAKED __attribute__((__naked__, __noinline__))
#  elif __GNUC__ >= 8
#    define SUCREF_I_NAKED __attribute__((__naked__, __noipa__)) /* all arguments come, whatever C sees of their use */
#  else
#    define SUCREF_I_NAKED __attribute__((__naked__, __noinline__, __noclone__, __used__))
#  endif
#  if SUCREF_I_SMALL
#    define SUCREF_I_ALSO(text) ""   /* loops are written out once, or as often as one load serves */
#    define SUCREF_I_QUAD "1"
#  else
#    define SUCREF_I_ALSO(text) text /* or four times */
#    define SUCREF_I_QUAD "4"
#  endif
#endif

/* the lower half of an entry, with its sign, modulo 2^32 */
static inline uint32_t sucref_i_entry_x(uint32_t e) { return (uint32_t)sucref_i_floor32(sucref_i_s32(e << 16), 16); }

/* the two fields of a finished chunk */
static inline void sucref_i_emit(uint32_t *lower, uint32_t *upper, uint32_t fields)
{
    *lower += fields & 0xFFFFU;
    *upper += fields >> 16;
}

/* Blocks of 8 rows, `step` bytes apart, slots of 8 bits: two words per column. The unmasked product holds rows 0, 2 and
 * 256 times rows 1, 3: where fields start at k, it starts at 257 k. */
#ifdef SUCREF_I_ASM
/* By hand, as compilers need a third more: from the list's word of an entry to its products, four entries a turn, of
 * which the first turn makes 1 to 4; where code is to be small, two on Thumb-2, of which the first turn may make 1, and
 * else one. */
#  ifdef __thumb2__
/* r0 acc  r1 p  r2 list  r3 mask  r4, r5, r6, r7 all0, odd0, all1, odd1  r8 x  r9, r10 words  r9, r12 entries
 * r11 every other byte  lr end of the chunk; on the stack list, k0, what is saved, k1, blocks, step */
#    define SUCREF_I_ENTRY_8(e) /* an entry's register */                                                              \
        "add r10, r1, " e ", lsr #16\n\tsxth r8, " e "\n\tldrd r9, r10, [r10]\n\t"                                    \
        "mla r4, r9, r8, r4\n\tand r11, r3, r9, lsr #8\n\tmla r5, r11, r8, r5\n\t"                                  \
        "mla r6, r10, r8, r6\n\tand r11, r3, r10, lsr #8\n\tmla r7, r11, r8, r7\n\t"
#    define SUCREF_I_HALF_ENTRY_8(e)                                                                                   \
        "add r10, r1, " e ", lsr #17\n\tsxth r8, " e "\n\tldr r9, [r10]\n\t"                                          \
        "mla r4, r9, r8, r4\n\tand r11, r3, r9, lsr #8\n\tmla r5, r11, r8, r5\n\t"
#    define SUCREF_I_EMIT_8(at, even, odd)                                                                             \
        "sub " even ", " even ", " odd ", lsl #8\n\tldrd r8, r9, [r0, #" at "]\n\tuxth r10, " even "\n\t"             \
        "uxth r11, " odd "\n\tadd r8, r8, r10\n\tadd r9, r9, r11\n\tstrd r8, r9, [r0, #" at "]\n\t"                  \
        "ldrd r8, r9, [r0, #" at " + 8]\n\tadd r8, r8, " even ", lsr #16\n\tadd r9, r9, " odd ", lsr #16\n\t"         \
        "strd r8, r9, [r0, #" at " + 8]\n\t"
#    define SUCREF_I_LOWER_8 SUCREF_I_EMIT_8("0", "r4", "r5")
#    define SUCREF_I_UPPER_8 SUCREF_I_EMIT_8("16", "r6", "r7")
#    define SUCREF_I_BLOCKS_8(entry, emit)                                                                             \
        __asm__ volatile("push {r2-r11, lr}\n\tmov r3, #0x00FF00FF\n\tb 6f\n"                                        \
                         "0:\tsxth r8, r9\n\tldr r10, [sp, #4]\n\tldr r11, [sp, #44]\n\tmls r5, r8, r11, r10\n\t"     \
                         "add lr, r2, r9, lsr #16\n\tmov r7, r5\n\tadd r4, r5, r5, lsl #8\n\tmov r6, r4\n\t"        \
                         "lsls r9, r9, #13\n\t" SUCREF_I_ALSO("bcs 5f\n\t") "bmi 7f\n" /* number's bits 1, 0 */  \
                         "1:\tldrd r9, r12, [r2], #8\n\t" entry("r9")                                                \
                         SUCREF_I_ALSO("2:\t" entry("r12") "3:\tldrd r9, r12, [r2], #8\n\t" entry("r9"))             \
                         "4:\t" entry("r12")                                                                          \
                         "cmp r2, lr\n\tbne 1b\n\t" emit                                                             \
                         "6:\tldr r9, [r2], #4\n\tcmp r9, #0\n\tbne 0b\n\t"                                         \
                         "ldr r2, [sp]\n\tadds r0, r0, #32\n\tldr r10, [sp, #52]\n\tadd r1, r1, r10\n\t"            \
                         "ldr r10, [sp, #48]\n\tsubs r10, r10, #1\n\tstr r10, [sp, #48]\n\tbne 6b\n\t"              \
                         "pop {r2-r11, pc}\n"                                                                         \
                         SUCREF_I_ALSO("5:\tbpl 3b\n\tldr r12, [r2], #4\n\tb 2b\n") "7:\tldr r12, [r2], #4\n\tb 4b")
#  else
/* r0 list  r1, r12 p  r2 x  r3, r5 words  r4 a product  r6, r8, r9, r10 all0, odd0, all1, odd1  r7, r11 mask  lr end of
 * the chunk; on the stack acc, list, k0, what is saved, k1, blocks, step */
#    define SUCREF_I_ENTRY_8                                                                                           \
        "ldmia r0!, {r5}\n\tsxth r2, r5\n\tlsrs r5, r5, #16\n\tadds r5, r5, r1\n\tldmia r5, {r3, r5}\n\t"            \
        "lsrs r4, r3, #8\n\tands r4, r4, r7\n\tmuls r4, r2, r4\n\tadd r8, r8, r4\n\t"                              \
        "muls r3, r2, r3\n\tadds r6, r6, r3\n\tlsrs r4, r5, #8\n\tands r4, r4, r7\n\tmuls r4, r2, r4\n\t"           \
        "add r10, r10, r4\n\tmuls r5, r2, r5\n\tadd r9, r9, r5\n\t"
#    define SUCREF_I_HALF_ENTRY_8                                                                                      \
        "ldmia r0!, {r5}\n\tsxth r2, r5\n\tlsrs r5, r5, #17\n\tldr r3, [r1, r5]\n\t"                                \
        "lsrs r4, r3, #8\n\tands r4, r4, r7\n\tmuls r4, r2, r4\n\tadd r8, r8, r4\n\tmuls r3, r2, r3\n\t"           \
        "adds r6, r6, r3\n\t"
#    define SUCREF_I_EMIT_8 /* r3 where to, r6 even, r7 odd */                                                         \
        "lsls r5, r7, #8\n\tsubs r6, r6, r5\n\tuxth r4, r6\n\tuxth r5, r7\n\tlsrs r6, r6, #16\n\t"                   \
        "lsrs r7, r7, #16\n\tldmia r3!, {r1, r2}\n\tadds r4, r4, r1\n\tadds r5, r5, r2\n\tldmia r3!, {r1, r2}\n\t"    \
        "adds r6, r6, r1\n\tadds r7, r7, r2\n\tsubs r3, #16\n\tstmia r3!, {r4-r7}\n\t"
#    define SUCREF_I_LOWER_8 "ldr r3, [sp, #16]\n\tmov r7, r8\n\t" SUCREF_I_EMIT_8
#    define SUCREF_I_UPPER_8 "mov r6, r9\n\tmov r7, r10\n\t" SUCREF_I_EMIT_8
#    define SUCREF_I_BLOCKS_8(entry, emit)                                                                             \
        __asm__ volatile(".syntax unified\n\t"                                                                        \
                         "push {r0, r2-r7, lr}\n\tmov r4, r8\n\tmov r5, r9\n\tmov r6, r10\n\tmov r7, r11\n\t"        \
                         "push {r4-r7}\n\tmovs r0, r2\n\tmov r12, r1\n\tmovs r7, #255\n\t"                          \
                         "lsls r4, r7, #16\n\torrs r7, r7, r4\n\tmov r11, r7\n\tb 6f\n"                              \
                         SUCREF_I_ALSO("5:\tbmi 2f\n\tb 3f\n")                                                       \
                         "0:\tsxth r2, r5\n\tldr r3, [sp, #48]\n\tmuls r2, r3, r2\n\tldr r3, [sp, #24]\n\t"         \
                         "subs r3, r3, r2\n\tmov r8, r3\n\tmov r10, r3\n\tlsls r6, r3, #8\n\tadds r6, r6, r3\n\t"   \
                         "mov r9, r6\n\tlsrs r2, r5, #16\n\tadds r2, r2, r0\n\tmov lr, r2\n\t"                      \
                         SUCREF_I_ALSO("lsls r5, r5, #13\n\tbcs 5b\n\tbmi 4f\n") /* bits 1 and 0 of the number */    \
                         "1:\t" entry SUCREF_I_ALSO("2:\t" entry "3:\t" entry "4:\t" entry)                            \
                         "cmp r0, lr\n\tbne 1b\n\t" emit                                                             \
                         "mov r7, r11\n\tmov r1, r12\n"                                                              \
                         "6:\tldmia r0!, {r5}\n\tcmp r5, #0\n\tbne 0b\n\t"                                          \
                         "ldr r0, [sp, #16]\n\tadds r0, #32\n\tstr r0, [sp, #16]\n\tldr r0, [sp, #56]\n\t"          \
                         "adds r1, r1, r0\n\tmov r12, r1\n\tldr r0, [sp, #52]\n\tsubs r0, #1\n\tstr r0, [sp, #52]\n\t" \
                         "beq 7f\n\tldr r0, [sp, #20]\n\tb 6b\n"                                                     \
                         "7:\tpop {r4-r7}\n\tmov r8, r4\n\tmov r9, r5\n\tmov r10, r6\n\tmov r11, r7\n\t"           \
                         "pop {r0, r2-r7, pc}")
#  endif
SUCREF_I_NAKED static void sucref_i_dot8(uint32_t *acc, const uint8_t *p, const uint32_t *list, uint32_t k0,
                                         uint32_t k1, uint32_t blocks, uint32_t step)
{
    SUCREF_I_BLOCKS_8(SUCREF_I_ENTRY_8, SUCREF_I_LOWER_8 SUCREF_I_UPPER_8);
}

/* the same of four rows, one word per column; blocks is 1 */
SUCREF_I_NAKED static void sucref_i_dot8_half(uint32_t *acc, const uint8_t *p, const uint32_t *list, uint32_t k0,
                                              uint32_t k1, uint32_t blocks, uint32_t step)
{
    SUCREF_I_BLOCKS_8(SUCREF_I_HALF_ENTRY_8, SUCREF_I_LOWER_8);
}
#else
SUCREF_I_ALONE static void sucref_i_dot8(uint32_t *acc, const uint8_t *p, const uint32_t *list, uint32_t k0,
                                         uint32_t k1, uint32_t blocks, uint32_t step)
{
    uint32_t mask = 0x00FF00FFU, head;
    SUCREF_I_HIDE(mask);
    for (; blocks > 0; blocks--, acc += 8, p += step) {
        const uint32_t *at = list;
        while ((head = *at++) != SUCREF_I_LIST_END) {
            const uint32_t *const end = at + (head >> 18);
            SUCREF_I_FORGET();
            uint32_t all0 = 0, odd0 = 0, all1 = 0, odd1 = 0;
            do {
                const uint32_t e = *at++, x = sucref_i_entry_x(e);
                const uint8_t *q = p + (e >> 16);
                const uint32_t u = SUCREF_READ_U32(q), v = SUCREF_READ_U32(q + 4);
                odd0 += ((u >> 8) & mask) * x;
                all0 += u * x;
                odd1 += ((v >> 8) & mask) * x;
                all1 += v * x;
            } while (at < end);
            head = k0 - sucref_i_entry_x(head) * k1;
            sucref_i_emit(&acc[0], &acc[2], all0 - (odd0 << 8) + head);
            sucref_i_emit(&acc[1], &acc[3], odd0 + head);
            sucref_i_emit(&acc[4], &acc[6], all1 - (odd1 << 8) + head);
            sucref_i_emit(&acc[5], &acc[7], odd1 + head);
        }
    }
}

/* a block of four rows; blocks is 1 */
SUCREF_I_ALONE SUCREF_I_FAST static void sucref_i_dot8_half(uint32_t *acc, const uint8_t *p, const uint32_t *list,
                                                            uint32_t k0, uint32_t k1, uint32_t blocks, uint32_t step)
{
    uint32_t mask = 0x00FF00FFU, head;
    SUCREF_I_HIDE(mask);
    while ((head = *list++) != SUCREF_I_LIST_END) {
        const uint32_t *const end = list + (head >> 18);
        uint32_t all = 0, odd = 0;
        do {
            const uint32_t e = *list++, x = sucref_i_entry_x(e), u = SUCREF_READ_U32(p + (e >> 17));
            odd += ((u >> 8) & mask) * x;
            all += u * x;
        } while (list < end);
        head = k0 - sucref_i_entry_x(head) * k1;
        sucref_i_emit(&acc[0], &acc[2], all - (odd << 8) + head);
        sucref_i_emit(&acc[1], &acc[3], odd + head);
    }
    (void)blocks; (void)step;
}
#endif

#if SUCREF_I_TWO
/* two such blocks of whole weights, the second one `next` bytes behind the first, for cores with 31 registers */
SUCREF_I_ALONE static void sucref_i_dot8_two(uint32_t *acc, const uint8_t *p, const uint32_t *list, uint32_t next)
{
    uint32_t mask = 0x00FF00FFU, head;
    SUCREF_I_HIDE(mask);
    while ((head = *list++) != SUCREF_I_LIST_END) {
        const uint32_t *const end = list + (head >> 18);
        SUCREF_I_FORGET();
        uint32_t all0 = 0, odd0 = 0, all1 = 0, odd1 = 0, all2 = 0, odd2 = 0, all3 = 0, odd3 = 0;
        do {
            const uint32_t e = *list++, x = sucref_i_entry_x(e);
            const uint8_t *q = p + (e >> 16), *r = q + next;
            const uint32_t u = SUCREF_READ_U32(q), v = SUCREF_READ_U32(q + 4), w = SUCREF_READ_U32(r),
                           y = SUCREF_READ_U32(r + 4);
            odd0 += ((u >> 8) & mask) * x;
            all0 += u * x;
            odd1 += ((v >> 8) & mask) * x;
            all1 += v * x;
            odd2 += ((w >> 8) & mask) * x;
            all2 += w * x;
            odd3 += ((y >> 8) & mask) * x;
            all3 += y * x;
        } while (list < end);
        head = 0x80008000U - sucref_i_entry_x(head) * 0x00800080U;
        sucref_i_emit(&acc[0], &acc[2], all0 - (odd0 << 8) + head);
        sucref_i_emit(&acc[1], &acc[3], odd0 + head);
        sucref_i_emit(&acc[4], &acc[6], all1 - (odd1 << 8) + head);
        sucref_i_emit(&acc[5], &acc[7], odd1 + head);
        sucref_i_emit(&acc[8], &acc[10], all2 - (odd2 << 8) + head);
        sucref_i_emit(&acc[9], &acc[11], odd2 + head);
        sucref_i_emit(&acc[12], &acc[14], all3 - (odd3 << 8) + head);
        sucref_i_emit(&acc[13], &acc[15], odd3 + head);
    }
}
#endif

/* slots of 4 bits, two words per column; as above, the lowest field from the unmasked product */
#if SUCREF_I_SIMD
/* Two entries: words of rows 4i .. 4i + 3 side by side. sum[n] is of digits n and above, but sum[0] of the lower three:
 * (2^12 - 1) * 255 * 2 < 2^31, and sums are exact modulo 2^32. */
SUCREF_I_EACH void sucref_i_sse2_digits(__m128i *sum, const uint8_t *a, const uint8_t *b, __m128i x)
{
    const __m128i w = _mm_unpacklo_epi16(_mm_loadl_epi64((const __m128i *)(const void *)a),
                                         _mm_loadl_epi64((const __m128i *)(const void *)b));
    sum[0] = _mm_add_epi32(sum[0], _mm_madd_epi16(_mm_and_si128(w, _mm_set1_epi16(0xFFF)), x));
    sum[1] = _mm_add_epi32(sum[1], _mm_madd_epi16(_mm_srli_epi16(w, 4), x));
    sum[2] = _mm_add_epi32(sum[2], _mm_madd_epi16(_mm_srli_epi16(w, 8), x));
    sum[3] = _mm_add_epi32(sum[3], _mm_madd_epi16(_mm_srli_epi16(w, 12), x));
}

/* 16 rows; of chunks only that each starts at k0 counts */
SUCREF_I_ALONE static void sucref_i_dot4(uint32_t *acc, const uint8_t *p, const uint32_t *list, uint32_t k0)
{
    uint32_t head, i, start = 0, sums[16];
    __m128i sum[4];
    sum[0] = sum[1] = sum[2] = sum[3] = _mm_setzero_si128();
    while ((head = *list++) != SUCREF_I_LIST_END) {
        const uint32_t *const end = list + (head >> 18);
        start += k0 & 0xFFFFU;
        for (; end - list >= 2; list += 2) {
            const __m128i e = _mm_loadl_epi64((const __m128i *)(const void *)list);
            sucref_i_sse2_digits(sum, p + (list[0] >> 16), p + (list[1] >> 16),
                                 _mm_shuffle_epi32(_mm_shufflelo_epi16(e, 0x88), 0x00));
        }
        if (list < end) { /* the other one is 0 */
            const uint8_t *const a = p + (*list >> 16);
            sucref_i_sse2_digits(sum, a, a, _mm_set1_epi32(sucref_i_s32(*list++ & 0xFFFFU)));
        }
    }
    for (i = 0; i < 4; i++) { _mm_storeu_si128((__m128i *)(void *)(sums + 4U * i), sum[i]); }
    for (i = 0; i < 4; i++, acc += 4) {
        acc[0] += sums[i] - ((sums[4U + i] - (sums[12U + i] << 8)) << 4) + start;
        acc[1] += sums[4U + i] - (sums[8U + i] << 4) + start;
        acc[2] += sums[8U + i] - (sums[12U + i] << 4) + start;
        acc[3] += sums[12U + i] + start;
    }
}
#elif SUCREF_I_SIXTEEN && defined(SUCREF_I_ASM) && defined(__thumb2__)
/* 16 rows at once.
 * r0 list  r1 x  r2, r3 words  r4 all  r5, r6, r7 fields from bits 4, 8, 12 on  r8 to r11 those of the second word
 * r12 a field  lr mask; on the stack the end of the chunk, acc, p, k0 */
#  define SUCREF_I_FIELDS_4(word, all, a, b, c)                                                                        \
    "mla " all ", " word ", r1, " all "\n\tand r12, lr, " word ", lsr #4\n\tmla " a ", r12, r1, " a "\n\t"            \
    "and r12, lr, " word ", lsr #8\n\tmla " b ", r12, r1, " b "\n\t"                                                 \
    "and r12, lr, " word ", lsr #12\n\tmla " c ", r12, r1, " c "\n\t"
#  define SUCREF_I_ENTRY_4                                                                                             \
    "ldr r3, [r0], #4\n\tldr r12, [sp, #8]\n\tsxth r1, r3\n\tadd r3, r12, r3, lsr #16\n\tldrd r2, r3, [r3]\n\t"      \
    SUCREF_I_FIELDS_4("r2", "r4", "r5", "r6", "r7") SUCREF_I_FIELDS_4("r3", "r8", "r9", "r10", "r11")
#  define SUCREF_I_EMIT_4(field, low, high) /* r1 acc  r2 k0 */                                                        \
    "add " field ", " field ", r2\n\tldr r3, [r1, #" low "]\n\tuxth r12, " field "\n\tadd r3, r3, r12\n\t"           \
    "str r3, [r1, #" low "]\n\tldr r3, [r1, #" high "]\n\tadd r3, r3, " field ", lsr #16\n\t"                       \
    "str r3, [r1, #" high "]\n\t"
#  define SUCREF_I_LOWEST_4(all, a, b, c)                                                                              \
    "sub " all ", " all ", " a ", lsl #4\n\tsub " all ", " all ", " b ", lsl #8\n\t"                                  \
    "sub " all ", " all ", " c ", lsl #12\n\t"
SUCREF_I_NAKED static void sucref_i_dot4(uint32_t *acc, const uint8_t *p, const uint32_t *list, uint32_t k0)
{
    __asm__ volatile("push {r0, r1, r3-r11, lr}\n\tsub sp, sp, #4\n\tmov r0, r2\n\tmov lr, #0x000F000F\n\tb 6f\n"
                     SUCREF_I_ALSO("5:\tbmi 2f\n\tb 3f\n")
                     "0:\tadd r1, r0, r3, lsr #16\n\tstr r1, [sp]\n\tmovs r4, #0\n\tmovs r5, #0\n\tmovs r6, #0\n\t"
                     "movs r7, #0\n\tmov r8, r4\n\tmov r9, r4\n\tmov r10, r4\n\tmov r11, r4\n\t"
                     SUCREF_I_ALSO("lsls r3, r3, #13\n\tbcs 5b\n\tbmi 4f\n") /* bits 1 and 0 of the number */
                     "1:\t" SUCREF_I_ENTRY_4
                     SUCREF_I_ALSO("2:\t" SUCREF_I_ENTRY_4 "3:\t" SUCREF_I_ENTRY_4 "4:\t" SUCREF_I_ENTRY_4)
                     "ldr r12, [sp]\n\tcmp r0, r12\n\tbne 1b\n\tldr r1, [sp, #4]\n\tldr r2, [sp, #12]\n\t"
                     SUCREF_I_LOWEST_4("r4", "r5", "r6", "r7") SUCREF_I_LOWEST_4("r8", "r9", "r10", "r11")
                     SUCREF_I_EMIT_4("r4", "0", "16") SUCREF_I_EMIT_4("r5", "4", "20")
                     SUCREF_I_EMIT_4("r6", "8", "24") SUCREF_I_EMIT_4("r7", "12", "28")
                     SUCREF_I_EMIT_4("r8", "32", "48") SUCREF_I_EMIT_4("r9", "36", "52")
                     SUCREF_I_EMIT_4("r10", "40", "56") SUCREF_I_EMIT_4("r11", "44", "60")
                     "6:\tldr r3, [r0], #4\n\tcmp r3, #0\n\tbne 0b\n\tadd sp, sp, #4\n\tpop {r0, r1, r3-r11, pc}");
}
#elif SUCREF_I_SIXTEEN
/* 16 rows at once, for cores with registers for eight sums */
SUCREF_I_ALONE static void sucref_i_dot4(uint32_t *acc, const uint8_t *p, const uint32_t *list, uint32_t k0)
{
    uint32_t mask = 0x000F000FU, head;
    SUCREF_I_HIDE(mask);
    while ((head = *list++) != SUCREF_I_LIST_END) {
        const uint32_t *const end = list + (head >> 18);
        SUCREF_I_FORGET();
        uint32_t all0 = 0, a0 = 0, b0 = 0, c0 = 0, all1 = 0, a1 = 0, b1 = 0, c1 = 0;
        do {
            const uint32_t e = *list++, x = sucref_i_entry_x(e);
            const uint8_t *q = p + (e >> 16);
            uint32_t u = SUCREF_READ_U32(q);
            a0 += ((u >> 4) & mask) * x;
            b0 += ((u >> 8) & mask) * x;
            c0 += ((u >> 12) & mask) * x;
            all0 += u * x;
            u = SUCREF_READ_U32(q + 4);
            a1 += ((u >> 4) & mask) * x;
            b1 += ((u >> 8) & mask) * x;
            c1 += ((u >> 12) & mask) * x;
            all1 += u * x;
        } while (list < end);
        sucref_i_emit(&acc[0], &acc[4], all0 - (a0 << 4) - (b0 << 8) - (c0 << 12) + k0);
        sucref_i_emit(&acc[1], &acc[5], a0 + k0);
        sucref_i_emit(&acc[2], &acc[6], b0 + k0);
        sucref_i_emit(&acc[3], &acc[7], c0 + k0);
        sucref_i_emit(&acc[8], &acc[12], all1 - (a1 << 4) - (b1 << 8) - (c1 << 12) + k0);
        sucref_i_emit(&acc[9], &acc[13], a1 + k0);
        sucref_i_emit(&acc[10], &acc[14], b1 + k0);
        sucref_i_emit(&acc[11], &acc[15], c1 + k0);
    }
}
#elif defined(SUCREF_I_ASM) && !defined(__thumb2__)
/* 8 rows: one of the two words of each column
 * r0 list  r1 a word  r2 x  r3 a product  r4, r5, r9 fields from bits 4, 8, 12 on  r8 of all  r6 p  r7 mask  lr end of
 * the chunk; on the stack acc, k0 */
#  define SUCREF_I_FIELD_4(shift, sum)                                                                                 \
    "lsrs r3, r1, #" shift "\n\tands r3, r3, r7\n\tmuls r3, r2, r3\n\tadd " sum ", " sum ", r3\n\t"
#  define SUCREF_I_ENTRY_4                                                                                             \
    "ldmia r0!, {r1}\n\tsxth r2, r1\n\tlsrs r1, r1, #16\n\tldr r1, [r6, r1]\n\t"                                      \
    SUCREF_I_FIELD_4("4", "r4") SUCREF_I_FIELD_4("8", "r5") SUCREF_I_FIELD_4("12", "r9")                               \
    "muls r1, r2, r1\n\tadd r8, r8, r1\n\t"
#  define SUCREF_I_EMIT_4(field, low, high) /* to r3 */                                                                \
    "lsrs r2, " field ", #16\n\tuxth r1, " field "\n\tldr r7, [r3, #" low "]\n\tadds r7, r7, r1\n\t"                  \
    "str r7, [r3, #" low "]\n\tldr r7, [r3, #" high "]\n\tadds r7, r7, r2\n\tstr r7, [r3, #" high "]\n\t"
SUCREF_I_NAKED static void sucref_i_dot4(uint32_t *acc, const uint8_t *p, const uint32_t *list, uint32_t k0)
{
    __asm__ volatile(".syntax unified\n\tpush {r0, r3-r7, lr}\n\tmov r4, r8\n\tmov r5, r9\n\tpush {r4, r5}\n\t"
                     "movs r0, r2\n\tmovs r6, r1\n\tmovs r7, #15\n\tlsls r4, r7, #16\n\torrs r7, r7, r4\n\tb 6f\n"
                     SUCREF_I_ALSO("5:\tbmi 2f\n\tb 3f\n")
                     "0:\tmovs r3, r1\n\tlsrs r1, r1, #16\n\tadds r1, r1, r0\n\tmov lr, r1\n\tmovs r4, #0\n\t"
                     "movs r5, #0\n\tmov r8, r4\n\tmov r9, r4\n\t"
                     SUCREF_I_ALSO("lsls r3, r3, #13\n\tbcs 5b\n\tbmi 4f\n") /* bits 1 and 0 of the number */
                     "1:\t" SUCREF_I_ENTRY_4
                     SUCREF_I_ALSO("2:\t" SUCREF_I_ENTRY_4 "3:\t" SUCREF_I_ENTRY_4 "4:\t" SUCREF_I_ENTRY_4)
                     "cmp r0, lr\n\tbne 1b\n\t"
                     "ldr r2, [sp, #12]\n\tmov r1, r8\n\tlsls r3, r4, #4\n\tsubs r1, r1, r3\n\tlsls r3, r5, #8\n\t"
                     "subs r1, r1, r3\n\tmov r3, r9\n\tlsls r3, r3, #12\n\tsubs r1, r1, r3\n\tadds r1, r1, r2\n\t"
                     "mov r8, r1\n\tadds r4, r4, r2\n\tadds r5, r5, r2\n\tadd r9, r9, r2\n\tldr r3, [sp, #8]\n\t"
                     SUCREF_I_EMIT_4("r4", "4", "20") SUCREF_I_EMIT_4("r5", "8", "24")
                     "mov r4, r8\n\t" SUCREF_I_EMIT_4("r4", "0", "16")
                     "mov r4, r9\n\t" SUCREF_I_EMIT_4("r4", "12", "28")
                     "movs r7, #15\n\tlsls r1, r7, #16\n\torrs r7, r7, r1\n"
                     "6:\tldmia r0!, {r1}\n\tcmp r1, #0\n\tbeq 7f\n\tb 0b\n"
                     "7:\tpop {r4, r5}\n\tmov r8, r4\n\tmov r9, r5\n\tpop {r0, r3-r7, pc}");
}
#else
#  define SUCREF_I_DOT4_OF_PAIRS
#endif

/* four pairs of rows, first .. first+3 and half above (two pairs for half = 2), of a block with rows * slot <= 32;
 * words: 1, or of every how many one is read */
#define SUCREF_I_FIELD(u, slot, n) (SUCREF_I_SMALL ? ((u) >>= (slot)) : (u) >> (n) * (slot)) /* the n-th, in order */
SUCREF_I_EACH void sucref_i_pairs(uint32_t *acc, const uint8_t *p, const uint32_t *list, uint32_t half, unsigned slot,
                                  unsigned first, uint32_t k0, uint32_t k1, uint32_t words)
{
    uint32_t mask = (((uint32_t)1 << slot) - 1U) * 0x00010001U, head;
    const unsigned column_bits = (unsigned)half * slot; /* of either half of a word: 2, 4, 8 or 16 */
    const unsigned columns_log2 = column_bits >= 16U ? 0U : column_bits >= 8U ? 1U : column_bits >= 4U ? 2U : 3U;
    const uint32_t column_mask = ((uint32_t)1 << columns_log2) - 1U;
    SUCREF_I_HIDE(mask);
    while ((head = *list++) != SUCREF_I_LIST_END) {
        const uint32_t *const end = list + (head >> 18);
        SUCREF_I_FORGET();
        uint32_t a = 0, b = 0, c = 0, d = 0;
        do {
            const uint32_t e = *list++, x = sucref_i_entry_x(e), col = e >> 19;
            uint32_t u = SUCREF_READ_U32(p + (col >> columns_log2) * 4U * words) >>
                         ((col & column_mask) * column_bits + first * slot);
            a += (u & mask) * x;
            b += (SUCREF_I_FIELD(u, slot, 1U) & mask) * x;
            if (half > 2) {
                c += (SUCREF_I_FIELD(u, slot, 2U) & mask) * x;
                d += (SUCREF_I_FIELD(u, slot, 3U) & mask) * x;
            }
        } while (list < end);
        head = k0 - sucref_i_entry_x(head) * k1;
        sucref_i_emit(&acc[0], &acc[half], a + head);
        sucref_i_emit(&acc[1], &acc[half + 1U], b + head);
        if (half > 2) {
            sucref_i_emit(&acc[2], &acc[half + 2U], c + head);
            sucref_i_emit(&acc[3], &acc[half + 3U], d + head);
        }
    }
}

/* the same with everything known: full blocks of slots of 2 and of 1 bits; and any block */
#define SUCREF_I_OF_PAIRS(name, slot)                                                                                  \
    SUCREF_I_ALONE static void name(uint32_t *acc, const uint8_t *p, const uint32_t *list, unsigned row, uint32_t k0)  \
    {                                                                                                                  \
        sucref_i_pairs(acc, p, list, 8, slot, row, k0, 0, 1);                                                          \
    }
SUCREF_I_OF_PAIRS(sucref_i_dot2, 2)
SUCREF_I_OF_PAIRS(sucref_i_dot1, 1)

SUCREF_I_ALONE static void sucref_i_dot_any(uint32_t *acc, const uint8_t *p, const uint32_t *list, uint32_t half,
                                            unsigned slot, uint32_t k0, uint32_t k1)
{
    unsigned first;
    for (first = 0; first < half; first += 4U) { sucref_i_pairs(acc + first, p, list, half, slot, first, k0, k1, 1); }
}

#ifdef SUCREF_I_DOT4_OF_PAIRS /* 8 rows: one of the two words of each column */
SUCREF_I_ALONE static void sucref_i_dot4(uint32_t *acc, const uint8_t *p, const uint32_t *list, uint32_t k0)
{
    sucref_i_pairs(acc, p, list, 4, 4, 0, k0, 0, 2);
}
#endif

#if defined(SUCREF_I_ASM) && !defined(__thumb2__)
/* acc[8] += sums of a block of eight rows of `count` > 0 columns. r0 a weight  r1 p  r2 u  r3 x  r7 zero  r12 end of u
 * r4 to r6, r8 to r11, lr sums */
#  define SUCREF_I_BYTE_OF_EIGHT(at, add) "ldrb r0, [r1, #" at "]\n\tmuls r0, r3, r0\n\t" add ", r0\n\t"
#  define SUCREF_I_COLUMN_OF_EIGHT(u, p)                                                                               \
        "ldrb r3, [r2, #" u "]\n\tsubs r3, r3, r7\n\t" SUCREF_I_BYTE_OF_EIGHT(p, "adds r4, r4")                     \
        SUCREF_I_BYTE_OF_EIGHT(p " + 1", "adds r5, r5") SUCREF_I_BYTE_OF_EIGHT(p " + 2", "adds r6, r6")               \
        SUCREF_I_BYTE_OF_EIGHT(p " + 3", "add r8") SUCREF_I_BYTE_OF_EIGHT(p " + 4", "add r9")                         \
        SUCREF_I_BYTE_OF_EIGHT(p " + 5", "add r10") SUCREF_I_BYTE_OF_EIGHT(p " + 6", "add r11")                       \
        SUCREF_I_BYTE_OF_EIGHT(p " + 7", "add lr")
SUCREF_I_NAKED static void sucref_i_bytes_of_eight(uint32_t *acc, const uint8_t *p, const uint8_t *u, uint32_t count,
                                                   uint32_t zero)
{
    __asm__ volatile(".syntax unified\n\tpush {r4-r7, lr}\n\tmov r4, r8\n\tmov r5, r9\n\tmov r6, r10\n\t"
                     "mov r7, r11\n\tpush {r0, r4-r7}\n\tadds r3, r3, r2\n\tmov r12, r3\n\tadds r0, #12\n\t"
                     "ldmia r0!, {r3-r7}\n\tmov r8, r3\n\tmov r9, r4\n\tmov r10, r5\n\tmov r11, r6\n\t"
                     "mov lr, r7\n\tsubs r0, r0, #32\n\tldmia r0!, {r4-r6}\n\tldr r7, [sp, #40]\n\t"
                     SUCREF_I_ALSO("b 3f\n") "1:\t" SUCREF_I_COLUMN_OF_EIGHT("0", "0")
                     SUCREF_I_ALSO(SUCREF_I_COLUMN_OF_EIGHT("1", "8") SUCREF_I_COLUMN_OF_EIGHT("2", "16")
                                   SUCREF_I_COLUMN_OF_EIGHT("3", "24"))
                     "adds r1, r1, #8 * " SUCREF_I_QUAD "\n\tadds r2, r2, #" SUCREF_I_QUAD "\n\tcmp r2, r12\n\tbne 1b\n"
                     "2:\tldr r0, [sp]\n\tstmia r0!, {r4-r6}\n\tmov r3, r8\n\tmov r4, r9\n\tmov r5, r10\n\t"
                     "mov r6, r11\n\tmov r7, lr\n\tstmia r0!, {r3-r7}\n\tpop {r0, r4-r7}\n\t"
                     "mov r8, r4\n\tmov r9, r5\n\tmov r10, r6\n\tmov r11, r7\n\tpop {r4-r7, pc}\n"
                     SUCREF_I_ALSO("3:\tmov r3, r12\n\tsubs r3, r3, r2\n\tlsls r3, r3, #30\n\tbeq 4f\n\t"
                                   SUCREF_I_COLUMN_OF_EIGHT("0", "0") "adds r1, r1, #8\n\tadds r2, r2, #1\n\tb 3b\n"
                                   "4:\tcmp r2, r12\n\tbeq 2b\n\tb 1b")); /* down to fours */
}
#endif

/* a block of full bytes by the bytes of all columns, one product at a time; zero: what to subtract from each */
SUCREF_I_ALONE SUCREF_I_FAST static void sucref_i_dot_bytes(uint32_t *acc, const uint8_t *p, const uint8_t *u,
                                                            uint32_t count, uint32_t rows, uint32_t zero)
{
    const uint8_t *const end = u + count;
    uint32_t row;
#if defined(SUCREF_I_ASM) && !defined(__thumb2__)
    if (rows == 8) {
        sucref_i_bytes_of_eight(acc, p, u, count, zero);
        return;
    }
#elif SUCREF_I_SIXTEEN
    if (rows == 8) {
        uint32_t a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
        for (; u < end; p += 8) {
            const uint32_t x = *u++ - zero;
            a += SUCREF_READ_U8(p) * x;
            b += SUCREF_READ_U8(p + 1) * x;
            c += SUCREF_READ_U8(p + 2) * x;
            d += SUCREF_READ_U8(p + 3) * x;
            e += SUCREF_READ_U8(p + 4) * x;
            f += SUCREF_READ_U8(p + 5) * x;
            g += SUCREF_READ_U8(p + 6) * x;
            h += SUCREF_READ_U8(p + 7) * x;
        }
        acc[0] += a; acc[1] += b; acc[2] += c; acc[3] += d;
        acc[4] += e; acc[5] += f; acc[6] += g; acc[7] += h;
        return;
    }
#endif
    for (row = 0; row < rows; row += 4, acc += 4) {
        const uint8_t *q = p + row, *v = u;
        uint32_t a = 0, b = 0, c = 0, d = 0;
        for (; v < end; q += rows) {
            const uint32_t x = *v++ - zero;
            a += SUCREF_READ_U8(q) * x;
            b += SUCREF_READ_U8(q + 1) * x;
            c += SUCREF_READ_U8(q + 2) * x;
            d += SUCREF_READ_U8(q + 3) * x;
        }
        acc[0] += a; acc[1] += b; acc[2] += c; acc[3] += d;
    }
}

#if SUCREF_I_PAIRS_OF_PLACES
/* acc[8 * blocks] and, SUCREF_I_SHORT_ROWS behind, those of a second position = sums of blocks that follow one another,
 * of `count` columns, whose bytes of both positions stand side by side; from: what each position's sums start from */
#  if defined(SUCREF_I_ASM) && defined(__thumb2__)
/* r0 end of u  r1 p  r2 u  r3 a weight  r4..r7, r8..r11 sums of four rows  r12, lr u of both; on the stack acc, u, its
 * end, and behind what is kept groups of four rows, from, from_2 */
#    define SUCREF_I_COLUMN_OF_TWO                                                                                     \
        "ldrb r12, [r2], #1\n\tldrb lr, [r2], #1\n\tldrb r3, [r1, #1]\n\tmla r5, r3, r12, r5\n\t"                     \
        "mla r9, r3, lr, r9\n\tldrb r3, [r1, #2]\n\tmla r6, r3, r12, r6\n\tmla r10, r3, lr, r10\n\t"                 \
        "ldrb r3, [r1, #3]\n\tmla r7, r3, r12, r7\n\tmla r11, r3, lr, r11\n\t"                                      \
        "ldrb r3, [r1], #8\n\tmla r4, r3, r12, r4\n\tmla r8, r3, lr, r8\n"
SUCREF_I_NAKED static void sucref_i_bytes_two(uint32_t *acc, const uint8_t *p, const uint8_t *u, uint32_t count,
                                              uint32_t groups, uint32_t from, uint32_t from_2)
{
    __asm__ volatile("add r3, r2, r3, lsl #1\n\tpush {r0, r2, r3, r4-r11, lr}\n"
                     "0:\tldr r2, [sp, #4]\n\tldr r0, [sp, #8]\n\tldr r4, [sp, #52]\n\tldr r8, [sp, #56]\n\t"
                     "mov r5, r4\n\tmov r6, r4\n\tmov r7, r4\n\tmov r9, r8\n\tmov r10, r8\n\tmov r11, r8\n\t"
                     "subs r3, r0, r2\n\tlsls r3, r3, #30\n\tbmi 2f\n" /* an odd number */
                     "1:\t" SUCREF_I_COLUMN_OF_TWO
                     "2:\t" SUCREF_I_COLUMN_OF_TWO
                     "cmp r2, r0\n\tbne 1b\n\t"
                     "ldr r3, [sp]\n\tstmia r3!, {r4-r7}\n\tstr r3, [sp]\n\tadds r3, r3, #112\n\t"
                     "stmia r3!, {r8-r11}\n\t"
                     "ldr r3, [sp, #48]\n\tsubs r3, r3, #1\n\tstr r3, [sp, #48]\n\tbeq 3f\n\t"
                     "lsls r3, r3, #31\n\titete mi\n\t" /* the block's other four, or the next block */
                     "ldrmi r2, [sp, #4]\n\tsubpl r1, r1, #4\n\tsubmi r2, r2, r0\n\tbpl 0b\n\t"
                     "add r1, r1, r2, lsl #2\n\tadds r1, r1, #4\n\tb 0b\n"
                     "3:\tpop {r0, r2, r3, r4-r11, pc}");
}
#  else
SUCREF_I_ALONE SUCREF_I_FAST static void sucref_i_bytes_two(uint32_t *acc, const uint8_t *p, const uint8_t *u,
                                                            uint32_t count, uint32_t groups, uint32_t from,
                                                            uint32_t from_2)
{
    uint32_t g, k;
    for (g = 0; g < groups; g++, acc += 4) {
        const uint8_t *const q = p + 8U * count * (g / 2U) + 4U * (g % 2U);
        uint32_t a = from, b = from, c = from, d = from, e = from_2, f = from_2, i = from_2, j = from_2;
        for (k = 0; k < count; k++) {
            const uint32_t x = u[2U * k], y = u[2U * k + 1U], w0 = SUCREF_READ_U8(q + 8U * k),
                           w1 = SUCREF_READ_U8(q + 8U * k + 1U), w2 = SUCREF_READ_U8(q + 8U * k + 2U),
                           w3 = SUCREF_READ_U8(q + 8U * k + 3U);
            a += w0 * x; b += w1 * x; c += w2 * x; d += w3 * x;
            e += w0 * y; f += w1 * y; i += w2 * y; j += w3 * y;
        }
        acc[0] = a; acc[1] = b; acc[2] = c; acc[3] = d;
        acc += SUCREF_I_SHORT_ROWS;
        acc[0] = e; acc[1] = f; acc[2] = i; acc[3] = j;
        acc -= SUCREF_I_SHORT_ROWS;
    }
}
#  endif
#endif

#if SUCREF_I_SIMD
/* ---- kernels: SSE2 and AVX2 --------------------------------------------------------------------------------------
 * Whole weights of blocks of 8 rows, for x86-64. Words hold rows 2i, 2i + 1 of a column; those of two columns c, d are
 * put side by side. Their lower bytes, and then their upper ones, times x_c, x_d are sums of two products for every
 * other row, |v x| <= 255^2 each; they are added modulo 2^32. So there are no chunks: a part is the bytes of all
 * columns, or, where few of them count, long: one chunk, with entries of 0 up to a multiple of four. Both count the
 * columns that are not 0, as other families do.
 *
 * acc[8 * blocks] += sums of 1 or 2 blocks, the second one `next` bytes behind the first */

static inline __m128i sucref_i_load8(const void *p) { return _mm_loadl_epi64((const __m128i *)p); }
static inline __m128i sucref_i_load16(const void *p) { return _mm_loadu_si128((const __m128i *)p); }

/* sum[0] for rows 0, 2, 4, 6 of a block, sum[1] for rows 1, 3, 5, 7 */
SUCREF_I_EACH void sucref_i_sse2_add(__m128i *sum, __m128i words, __m128i x)
{
    sum[0] = _mm_add_epi32(sum[0], _mm_madd_epi16(_mm_and_si128(words, _mm_set1_epi16(255)), x));
    sum[1] = _mm_add_epi32(sum[1], _mm_madd_epi16(_mm_srli_epi16(words, 8), x));
}

/* four columns that follow one another, two pairs */
SUCREF_I_EACH void sucref_i_sse2_four(__m128i *sum, const uint8_t *p, __m128i x02, __m128i x13)
{
    const __m128i a = sucref_i_load16(p), b = sucref_i_load16(p + 16);
    sucref_i_sse2_add(sum, _mm_unpacklo_epi16(a, b), x02);
    sucref_i_sse2_add(sum, _mm_unpackhi_epi16(a, b), x13);
}

static inline void sucref_i_sse2_emit(uint32_t *acc, __m128i even, __m128i odd)
{
    __m128i *const to = (__m128i *)(void *)acc;
    _mm_storeu_si128(to, _mm_add_epi32(sucref_i_load16(to), _mm_unpacklo_epi32(even, odd)));
    _mm_storeu_si128(to + 1, _mm_add_epi32(sucref_i_load16(to + 1), _mm_unpackhi_epi32(even, odd)));
}

/* by the bytes of a multiple of 8 columns */
SUCREF_I_EACH void sucref_i_sse2_bytes(uint32_t *acc, const uint8_t *p, const uint8_t *u, uint32_t count, uint32_t zero,
                                       unsigned blocks, uint32_t next)
{
    const uint8_t *const end = u + count;
    const __m128i none = _mm_setzero_si128(), z = _mm_set1_epi16((short)zero);
    __m128i sum[4], x, x0, x1;
    sum[0] = sum[1] = sum[2] = sum[3] = none;
    do {
        x = _mm_sub_epi16(_mm_unpacklo_epi8(sucref_i_load8(u), none), z);
        x = _mm_shufflehi_epi16(_mm_shufflelo_epi16(x, 0xD8), 0xD8); /* columns 0 2, 1 3, 4 6, 5 7 */
        x0 = _mm_shuffle_epi32(x, 0x00);
        x1 = _mm_shuffle_epi32(x, 0x55);
        sucref_i_sse2_four(sum, p, x0, x1);
        if (blocks == 2) { sucref_i_sse2_four(sum + 2, p + next, x0, x1); }
        x0 = _mm_shuffle_epi32(x, 0xAA);
        x1 = _mm_shuffle_epi32(x, 0xFF);
        sucref_i_sse2_four(sum, p + 32, x0, x1);
        if (blocks == 2) { sucref_i_sse2_four(sum + 2, p + next + 32, x0, x1); }
        u += 8;
        p += 64;
    } while (u < end);
    sucref_i_sse2_emit(acc, sum[0], sum[1]);
    if (blocks == 2) { sucref_i_sse2_emit(acc + 8, sum[2], sum[3]); }
}

/* by a long list that is not empty */
SUCREF_I_EACH void sucref_i_sse2_long(uint32_t *acc, const uint8_t *p, const uint32_t *list, unsigned blocks,
                                      uint32_t next)
{
    const uint32_t *const end = list + 1 + (*list >> 18);
    const uint8_t *const q = p + next;
    __m128i sum[4], x, x0, x1;
    sum[0] = sum[1] = sum[2] = sum[3] = _mm_setzero_si128();
    list++;
    do {
        const size_t a = list[0] >> 16, b = list[1] >> 16, c = list[2] >> 16, d = list[3] >> 16;
        x = sucref_i_load16(list);
        x = _mm_unpacklo_epi16(x, _mm_unpackhi_epi64(x, x));
        x0 = _mm_shuffle_epi32(x, 0x00);
        x1 = _mm_shuffle_epi32(x, 0xAA);
        sucref_i_sse2_add(sum, _mm_unpacklo_epi16(sucref_i_load8(p + a), sucref_i_load8(p + c)), x0);
        sucref_i_sse2_add(sum, _mm_unpacklo_epi16(sucref_i_load8(p + b), sucref_i_load8(p + d)), x1);
        if (blocks == 2) {
            sucref_i_sse2_add(sum + 2, _mm_unpacklo_epi16(sucref_i_load8(q + a), sucref_i_load8(q + c)), x0);
            sucref_i_sse2_add(sum + 2, _mm_unpacklo_epi16(sucref_i_load8(q + b), sucref_i_load8(q + d)), x1);
        }
        list += 4;
    } while (list < end);
    sucref_i_sse2_emit(acc, sum[0], sum[1]);
    if (blocks == 2) { sucref_i_sse2_emit(acc + 8, sum[2], sum[3]); }
}

#ifdef SUCREF_I_AVX2
/* eight columns, in the halves 0 4 and 2 6, then 1 5 and 3 7 */
SUCREF_I_AVX2_EACH void sucref_i_avx2_eight(__m256i *sum, const uint8_t *p, __m256i x0, __m256i x1)
{
    const __m256i *const from = (const __m256i *)(const void *)p;
    const __m256i a = _mm256_loadu_si256(from), b = _mm256_loadu_si256(from + 1), v = _mm256_unpacklo_epi16(a, b),
                  w = _mm256_unpackhi_epi16(a, b), mask = _mm256_set1_epi16(255);
    sum[0] = _mm256_add_epi32(sum[0], _mm256_madd_epi16(_mm256_and_si256(v, mask), x0));
    sum[1] = _mm256_add_epi32(sum[1], _mm256_madd_epi16(_mm256_srli_epi16(v, 8), x0));
    sum[0] = _mm256_add_epi32(sum[0], _mm256_madd_epi16(_mm256_and_si256(w, mask), x1));
    sum[1] = _mm256_add_epi32(sum[1], _mm256_madd_epi16(_mm256_srli_epi16(w, 8), x1));
}

SUCREF_I_AVX2_EACH void sucref_i_avx2_emit(uint32_t *acc, __m256i even, __m256i odd)
{
    sucref_i_sse2_emit(acc, _mm_add_epi32(_mm256_castsi256_si128(even), _mm256_extracti128_si256(even, 1)),
                       _mm_add_epi32(_mm256_castsi256_si128(odd), _mm256_extracti128_si256(odd, 1)));
}

/* as sucref_i_sse2_bytes */
SUCREF_I_AVX2 static void sucref_i_avx2_bytes(uint32_t *acc, const uint8_t *p, const uint8_t *u, uint32_t count,
                                              uint32_t zero, unsigned blocks, uint32_t next)
{
    const uint8_t *const end = u + count;
    const __m256i z = _mm256_set1_epi16((short)zero);
    __m256i sum[4];
    if (blocks == 1) { next = 0; } /* both times the same */
    sum[0] = sum[1] = sum[2] = sum[3] = _mm256_setzero_si256();
    do {
        const __m128i u8 = _mm_cvtepu8_epi16(sucref_i_load8(u)),
                      pairs = _mm_unpacklo_epi16(u8, _mm_unpackhi_epi64(u8, u8)); /* 0 4, 1 5, 2 6, 3 7 */
        const __m256i x = _mm256_sub_epi16(_mm256_permute4x64_epi64(_mm256_castsi128_si256(pairs), 0x50), z),
                      x0 = _mm256_shuffle_epi32(x, 0x00), x1 = _mm256_shuffle_epi32(x, 0x55);
        sucref_i_avx2_eight(sum, p, x0, x1);
        sucref_i_avx2_eight(sum + 2, p + next, x0, x1);
        u += 8;
        p += 64;
    } while (u < end);
    sucref_i_avx2_emit(acc, sum[0], sum[1]);
    if (blocks == 2) { sucref_i_avx2_emit(acc + 8, sum[2], sum[3]); }
}
#endif

/* blocks of 8 rows by bytes or a long list, or one of 4 */
SUCREF_I_ALONE static void sucref_i_dot_simd(uint32_t *acc, const uint8_t *p, const uint32_t *part, uint32_t rows,
                                             unsigned blocks, uint32_t next)
{
    const uint32_t *e = part + SUCREF_I_PART_HEAD;
    if (part[SUCREF_I_PART_KIND] == SUCREF_I_BYTES_KIND) {
        const uint8_t *const u = (const uint8_t *)e;
        const uint32_t zero = part[SUCREF_I_PART_ZERO], count = part[SUCREF_I_PART_COLUMNS] - part[SUCREF_I_PART_BASE],
                       n = rows == 8 ? count & ~(uint32_t)7 : 0U;
        unsigned i;
        if (n == 0) {
#ifdef SUCREF_I_AVX2
        } else if (SUCREF_I_HAS_AVX2()) {
            sucref_i_avx2_bytes(acc, p, u, n, zero, blocks, next);
#endif
        } else if (blocks == 2) {
            sucref_i_sse2_bytes(acc, p, u, n, zero, 2, next);
        } else {
            sucref_i_sse2_bytes(acc, p, u, n, zero, 1, 0);
        }
        for (i = 0; i < blocks && n < count; i++) {
            sucref_i_dot_bytes(acc + 8U * i, p + i * next + rows * n, u + n, count - n, rows, zero);
        }
    } else if (rows == 4) {
        for (e++; e <= part + SUCREF_I_PART_HEAD + part[SUCREF_I_PART_COUNT]; e++) {
            const uint8_t *const q = p + (*e >> 17);
            const uint32_t x = sucref_i_entry_x(*e);
            acc[0] += q[0] * x; acc[1] += q[1] * x; acc[2] += q[2] * x; acc[3] += q[3] * x;
        }
    } else if (part[SUCREF_I_PART_COUNT] > 0) {
        if (blocks == 2) { sucref_i_sse2_long(acc, p, e, 2, next); } else { sucref_i_sse2_long(acc, p, e, 1, 0); }
    }
}
#endif /* SUCREF_I_SIMD */

/* a block of rows; list: its entries */
static void sucref_i_dot_block(uint32_t *acc, const uint8_t *p, const uint32_t *head, const uint32_t *list,
                               uint32_t rows, const sucref_i_plane *plane)
{
    const unsigned slot = SUCREF_I_STOPS ? plane->slot : 8U;
    const uint32_t k1 = !SUCREF_I_STOPS || plane->width == 8 ? 0x00800080U : 0U,
                   k0 = k1 != 0 || head[SUCREF_I_PART_KIND] == SUCREF_I_SIGNED ? 0x80008000U : 0U;
    p += head[SUCREF_I_PART_BASE] * rows * slot / 8U; /* < 2^16 * 16 * 8 */
    if (SUCREF_I_BY_SIMD(head)) {
        sucref_i_dot_simd(acc, p, head, rows, 1, 0);
    } else if (head[SUCREF_I_PART_KIND] == SUCREF_I_BYTES_KIND) {
        sucref_i_dot_bytes(acc, p, (const uint8_t *)list, head[SUCREF_I_PART_COUNT], rows, head[SUCREF_I_PART_ZERO]);
    } else if (rows == 8 && slot == 8) {
        sucref_i_dot8(acc, p, list, k0, k1, 1, 0);
    } else if (slot == 8 && (rows == 4 || !SUCREF_I_STOPS)) {
        sucref_i_dot8_half(acc, p, list, k0, k1, 1, 0);
    } else if (rows == 16 && slot == 4) {
        sucref_i_dot4(acc, p, list, k0);
        if (!SUCREF_I_SIXTEEN) { sucref_i_dot4(acc + 8, p + 4, list, k0); }
    } else if (!SUCREF_I_SMALL && rows == 16 && slot == 2) {
        sucref_i_dot2(acc, p, list, 0, k0);
        sucref_i_dot2(acc + 4, p, list, 4, k0);
    } else if (!SUCREF_I_SMALL && rows == 16) {
        sucref_i_dot1(acc, p, list, 0, k0);
        sucref_i_dot1(acc + 4, p, list, 4, k0);
    } else {
        sucref_i_dot_any(acc, p, list, rows / 2U, slot, k0, k1);
    }
}

#if SUCREF_I_HALVES
/* ---- kernels: halves ---------------------------------------------------------------------------------------------
 * Planes of halves, for cores that multiply two halfwords by two and add: no lists, a cost that does not depend on the
 * data (but for chunks, 1 %). A half h = w_low + 256 w_high is the weight of two rows; with L = sum(w_low x) from its
 * lower byte and H = sum(h x), sum(w_high x) = (H - L) / 256 exactly, while |sum(w_high x)| < 2^23: 256 columns at a
 * time, as 256 * 128 * 255 < 2^23, or all of them where sum(x) < 2^16. Inputs are u in halfwords, four columns c,
 * c + 2, c + 1, c + 3 in two words; of two positions each word of the second follows the first one's. Weights beyond
 * the last column are 0. */
enum { SUCREF_I_HALF_CHUNK = 256 };

#if defined(SUCREF_I_ASM) && defined(__ARM_FEATURE_DSP)
/* r0 acc  r1 p  r2 x  r3 end of x  r4, r5 two words of x  r6..r9 words of weights  r10, r12 H  r11, lr L */
#  define SUCREF_I_QUAD_OF_HALVES                                                                                      \
        "ldrd r4, r5, [r2], #8\n\tldmia r1!, {r6-r9}\n\t"                                                             \
        "smlad r10, r6, r4, r10\n\tsxtb16 r6, r6\n\tsmlad r11, r6, r4, r11\n\t"                                      \
        "smlad r12, r7, r4, r12\n\tsxtb16 r7, r7\n\tsmlad lr, r7, r4, lr\n\t"                                        \
        "smlad r10, r8, r5, r10\n\tsxtb16 r8, r8\n\tsmlad r11, r8, r5, r11\n\t"                                      \
        "smlad r12, r9, r5, r12\n\tsxtb16 r9, r9\n\tsmlad lr, r9, r5, lr\n\t"
#  if SUCREF_I_SMALL
#    define SUCREF_I_QUADS_OF_HALVES "4:\t" SUCREF_I_QUAD_OF_HALVES
#  else /* eight a turn, the first time r4 where that is not 0 */
#    define SUCREF_I_QUADS_OF_HALVES                                                                                   \
        "tbb [pc, r4]\n20:\t.byte (4f - 20b) / 2, (11f - 20b) / 2, (12f - 20b) / 2,"           \
        "(13f - 20b) / 2, (14f - 20b) / 2, (15f - 20b) / 2, (16f - 20b) / 2, (17f - 20b) / 2\n"                       \
        "4:\t" SUCREF_I_QUAD_OF_HALVES "17:\t" SUCREF_I_QUAD_OF_HALVES "16:\t" SUCREF_I_QUAD_OF_HALVES                 \
        "15:\t" SUCREF_I_QUAD_OF_HALVES "14:\t" SUCREF_I_QUAD_OF_HALVES "13:\t" SUCREF_I_QUAD_OF_HALVES                \
        "12:\t" SUCREF_I_QUAD_OF_HALVES "11:\t" SUCREF_I_QUAD_OF_HALVES
#  endif
/* acc[4 * groups] = sums of groups of four rows whose weights follow one another, over `quads` times four columns.
 * Behind the `first` ones, and every 64 from there on, what H has more than L is moved to its sum, and H starts again
 * from L: there are 64 times n left. On the stack x, end of the first ones, how many they are modulo 8, end of x */
SUCREF_I_NAKED static void sucref_i_halves_one(uint32_t *acc, const uint8_t *p, const uint32_t *x, uint32_t quads,
                                               uint32_t groups, uint32_t first)
{
    __asm__ volatile("ldr r12, [sp, #4]\n\tadd r3, r2, r3, lsl #3\n\tpush {r3-r11, lr}\n\t"
                     "add r3, r2, r12, lsl #3\n\tand r4, r12, #7\n\tpush {r2-r4}\n"
                     "0:\tmovs r4, #0\n\tmov r10, r4\n\tmov r11, r4\n\tmov r12, r4\n\tmov lr, r4\n\t"
                     "str r4, [r0, #4]\n\tstr r4, [r0, #12]\n\tldrd r3, r4, [sp, #4]\n\t"
                     SUCREF_I_QUADS_OF_HALVES
                     "cmp r2, r3\n\tbne 4b\n\t"
                     "ldr r4, [r0, #4]\n\tsub r10, r10, r11\n\tadd r4, r4, r10, asr #8\n\tstr r4, [r0, #4]\n\t"
                     "mov r10, r11\n\tldr r4, [r0, #12]\n\tsub r12, r12, lr\n\tadd r4, r4, r12, asr #8\n\t"
                     "str r4, [r0, #12]\n\tmov r12, lr\n\tldr r4, [sp, #12]\n\tadd r3, r2, #512\n\tcmp r2, r4\n\t"
                     "bne 4b\n\t"
                     "str r11, [r0]\n\tstr lr, [r0, #8]\n\tadds r0, r0, #16\n\tldr r2, [sp]\n\t"
                     "ldr r4, [sp, #52]\n\tsubs r4, r4, #1\n\tstr r4, [sp, #52]\n\tbne 0b\n\t"
                     "add sp, sp, #12\n\tpop {r3-r11, pc}");
}

/* r1 p  r2 x  r3, r4 a word of x of each position  r5, r6 words of weights  r7, r9 H, r8, r10 L of the first position,
 * r11, r0 H, r12, lr L of the second; on the stack to, p, x, end of x, and groups, row, next */
#  define SUCREF_I_PAIR_OF_HALVES(mul)                                                                                 \
        "ldrd r3, r4, [r2], #8\n\tldrd r5, r6, [r1], #8\n\t"                                                          \
        mul(r7, r5, r3) mul(r11, r5, r4) "sxtb16 r5, r5\n\t" mul(r8, r5, r3) mul(r12, r5, r4)                         \
        mul(r9, r6, r3) mul(r0, r6, r4) "sxtb16 r6, r6\n\t" mul(r10, r6, r3) mul(lr, r6, r4)
#  define SUCREF_I_SMUAD(sum, w, x) "smuad " #sum ", " #w ", " #x "\n\t"
#  define SUCREF_I_SMLAD(sum, w, x) "smlad " #sum ", " #w ", " #x ", " #sum "\n\t"
#  define SUCREF_I_FROM_HALVES(high, low) "sub " high ", " high ", " low "\n\tasr " high ", " high ", #8\n\t"
/* a row of both positions: r1 its words, r2, r8 where the outputs go; z0 can be r8, which `place` then sets */
#  define SUCREF_I_FINISH_BOTH(z0, z1, at, place)                                                                      \
        "ldmia r1!, {r3-r6}\n\tsmlal r3, r4, r5, " z0 "\n\tasr r4, r4, r6\n\tusat r4, #8, r4\n\t"                   \
        "strb r4, [r2, #" at "]\n\t" place "ldrd r3, r4, [r1, #-16]\n\tsmlal r3, r4, r5, " z1 "\n\t"                \
        "asr r4, r4, r6\n\tusat r4, #8, r4\n\tstrb r4, [r8, #" at "]\n\t"
/* The same of two positions. row NULL: sums to `to`, those of the second position SUCREF_I_SHORT_ROWS behind those of
 * the first; else prepared rows, whose activations, without ties and from 0 to 255, go to bytes, those of the second
 * position `next` behind those of the first. */
SUCREF_I_NAKED static void sucref_i_halves_two(void *to, const uint8_t *p, const uint32_t *x, uint32_t quads,
                                               uint32_t groups, const uint32_t *row, uint32_t next)
{
    __asm__ volatile("add r3, r2, r3, lsl #4\n\tpush {r0-r11, lr}\n"
                     "0:\t" SUCREF_I_PAIR_OF_HALVES(SUCREF_I_SMUAD) /* sets the sums */
                     SUCREF_I_PAIR_OF_HALVES(SUCREF_I_SMLAD)
                     "ldr r3, [sp, #12]\n\tsubs r3, r3, r2\n\tbeq 3f\n\t"
                     "lsls r3, r3, #27\n\tbcs 6f\n\tbmi 2f\n" /* quads left, modulo 4, in C and N */
                     "1:\t" SUCREF_I_PAIR_OF_HALVES(SUCREF_I_SMLAD) SUCREF_I_PAIR_OF_HALVES(SUCREF_I_SMLAD)
                     "4:\t" SUCREF_I_PAIR_OF_HALVES(SUCREF_I_SMLAD) SUCREF_I_PAIR_OF_HALVES(SUCREF_I_SMLAD)
                     "5:\t" SUCREF_I_PAIR_OF_HALVES(SUCREF_I_SMLAD) SUCREF_I_PAIR_OF_HALVES(SUCREF_I_SMLAD)
                     "2:\t" SUCREF_I_PAIR_OF_HALVES(SUCREF_I_SMLAD) SUCREF_I_PAIR_OF_HALVES(SUCREF_I_SMLAD)
                     "ldr r5, [sp, #12]\n\tcmp r2, r5\n\tbne 1b\n"
                     "3:\tstr r1, [sp, #4]\n\tldr r1, [sp, #56]\n\tldr r2, [sp]\n\t"
                     SUCREF_I_FROM_HALVES("r7", "r8") SUCREF_I_FROM_HALVES("r9", "r10")
                     SUCREF_I_FROM_HALVES("r11", "r12") SUCREF_I_FROM_HALVES("r0", "lr")
                     "cbnz r1, 7f\n\t"
                     "strd r8, r7, [r2]\n\tstrd r10, r9, [r2, #8]\n\tstrd r12, r11, [r2, #128]\n\t"
                     "strd lr, r0, [r2, #136]\n\tadds r2, r2, #16\n\tb 8f\n"
                     "7:\t" SUCREF_I_FINISH_BOTH("r8", "r12", "0", "ldr r8, [sp, #60]\n\tadd r8, r8, r2\n\t")
                     SUCREF_I_FINISH_BOTH("r7", "r11", "1", "") SUCREF_I_FINISH_BOTH("r10", "lr", "2", "")
                     SUCREF_I_FINISH_BOTH("r9", "r0", "3", "")
                     "str r1, [sp, #56]\n\tadds r2, r2, #4\n"
                     "8:\tstr r2, [sp]\n\tldrd r1, r2, [sp, #4]\n\tldr r3, [sp, #52]\n\tsubs r3, r3, #1\n\t"
                     "str r3, [sp, #52]\n\tbne 0b\n\tpop {r0-r11, pc}\n"
                     "6:\tbmi 4b\n\tb 5b");
}
#  define SUCREF_I_HALVES_TO_BYTES 1
#else
/* the same in C: acc[4 * groups] = sums of groups of four rows whose weights follow one another, over `quads` times
 * four columns of one position, each word of x `step` behind the last one */
static void sucref_i_half_pair(uint32_t *acc, uint32_t w, uint32_t x)
{
    const uint32_t x0 = x & 0xFFFFU, x1 = x >> 16,
                   low = (uint32_t)sucref_i_s8((uint8_t)w) * x0 + (uint32_t)sucref_i_s8((uint8_t)(w >> 16)) * x1,
                   both = (uint32_t)sucref_i_s16((uint16_t)w) * x0 + (uint32_t)sucref_i_s16((uint16_t)(w >> 16)) * x1;
    acc[0] += low;
    acc[1] += (uint32_t)sucref_i_floor32(sucref_i_s32(both - low), 8);
}

static void sucref_i_halves_each(uint32_t *acc, const uint8_t *p, const uint32_t *x, uint32_t quads, uint32_t groups,
                                 uint32_t step)
{
    for (; groups > 0; groups--, acc += 4) {
        uint32_t i;
        acc[0] = acc[1] = acc[2] = acc[3] = 0;
        for (i = 0; i < quads; i++, p += 16) {
            sucref_i_half_pair(acc, SUCREF_READ_U32(p), x[2U * i * step]);
            sucref_i_half_pair(acc + 2, SUCREF_READ_U32(p + 4), x[2U * i * step]);
            sucref_i_half_pair(acc, SUCREF_READ_U32(p + 8), x[(2U * i + 1U) * step]);
            sucref_i_half_pair(acc + 2, SUCREF_READ_U32(p + 12), x[(2U * i + 1U) * step]);
        }
    }
}
static void sucref_i_halves_one(uint32_t *acc, const uint8_t *p, const uint32_t *x, uint32_t quads, uint32_t groups,
                                uint32_t first)
{
    (void)first;
    sucref_i_halves_each(acc, p, x, quads, groups, 1);
}
static void sucref_i_halves_two(void *to, const uint8_t *p, const uint32_t *x, uint32_t quads, uint32_t groups,
                                const uint32_t *row, uint32_t next)
{
    uint32_t *const acc = (uint32_t *)to;
    (void)row; (void)next; /* sums only */
    sucref_i_halves_each(acc, p, x, quads, groups, 2);
    sucref_i_halves_each(acc + SUCREF_I_SHORT_ROWS, p, x + 1, quads, groups, 2);
}
#  define SUCREF_I_HALVES_TO_BYTES 0
#endif

/* sums of rows from `row` on, a multiple of 4, of so many positions, as above; sum_of_x, or more */
static void sucref_i_dot_halves(uint32_t *acc, const sucref_i_plane *p, const uint32_t *x, uint32_t sum_of_x,
                                uint32_t row, uint32_t rows, unsigned positions)
{
    const uint32_t pitch = SUCREF_I_PAD4(p->n_in), groups = SUCREF_I_PAD4(rows) / 4U, most = SUCREF_I_HALF_CHUNK;
    const uint8_t *w = p->bytes + row * pitch;
    uint32_t g, c, i, sum[2][4];
    if (positions == 1) {
        const uint32_t quads = pitch / 4U, chunk = most / 4U;
        sucref_i_halves_one(acc, w, x, quads, groups, sum_of_x < 0x10000U ? quads : (quads - 1U) % chunk + 1U);
        return;
    }
    if (pitch <= most) {
        sucref_i_halves_two(acc, w, x, pitch / 4U, groups, NULL, 0);
        return;
    }
    for (g = 0; g < groups; g++, acc += 4) {
        uint32_t *const other = acc + SUCREF_I_SHORT_ROWS;
        for (i = 0; i < 4; i++) { sum[0][i] = sum[1][i] = 0; }
        for (c = 0; c < pitch; c += most) {
            const uint32_t n = pitch - c < most ? pitch - c : most;
            sucref_i_halves_two(acc, w, x + c, n / 4U, 1, NULL, 0);
            w += 4U * n;
            for (i = 0; i < 4; i++) {
                sum[1][i] += other[i];
                sum[0][i] += acc[i];
            }
        }
        for (i = 0; i < 4; i++) {
            other[i] = sum[1][i];
            acc[i] = sum[0][i];
        }
    }
}

/* a column's half: the lower one of its word first */
static inline void sucref_i_put_half(uint32_t *to, uint32_t u, uint32_t column, unsigned positions)
{
    to += (column / 4U * 2U + column % 2U) * positions;
    *to = (column & 2U) ? (*to & 0xFFFFU) | u << 16 : (*to & 0xFFFF0000U) | u;
}

/* four bytes at once, where that is one load whatever their address */
#if defined(SUCREF_I_WORD_READS) && defined(__ARM_FEATURE_UNALIGNED)
typedef struct { uint32_t word; } __attribute__((__packed__, __may_alias__)) sucref_i_unaligned;
#  define SUCREF_I_FOUR(p) (((const sucref_i_unaligned *)(const void *)(p))->word)
#  define SUCREF_I_FOUR_AT(p) 1
#elif defined(SUCREF_I_WORD_READS)
#  define SUCREF_I_FOUR(p) (*(const sucref_i_word *)(const void *)(p))
#  define SUCREF_I_FOUR_AT(p) ((size_t)(p) % 4U == 0)
#else
#  define SUCREF_I_FOUR(p) 0U
#  define SUCREF_I_FOUR_AT(p) 0
#endif

/* sum + a word's four bytes */
static inline uint32_t sucref_i_add_bytes(uint32_t sum, uint32_t four)
{
#if defined(SUCREF_I_ASM) && defined(__ARM_FEATURE_DSP)
    __asm__("usada8 %0, %1, %2, %0" : "+r"(sum) : "r"(four), "r"(0));
    return sum;
#else
    const uint32_t two = (four & 0x00FF00FFU) + ((four >> 8) & 0x00FF00FFU);
    return sum + (two & 0xFFFFU) + (two >> 16);
#endif
}

/* halves of one position, eight columns at a time, of bytes whose bits `flips` says are turned; returns sum + theirs */
#if defined(SUCREF_I_ASM) && defined(__ARM_FEATURE_DSP) && defined(__ARM_FEATURE_UNALIGNED)
/* r0 to  r1 u  r2 its end  r3 flips  r4 sum  r5 0  r6, r7 bytes */
SUCREF_I_NAKED static uint32_t sucref_i_put_eights(uint32_t *to, const uint8_t *u, const uint8_t *end, uint32_t flips,
                                                   uint32_t sum)
{
    __asm__ volatile("push {r4-r9}\n\tldr r4, [sp, #24]\n\tmovs r5, #0\n"
                     "1:\tldr r7, [r1], #4\n\tldr r9, [r1], #4\n\teors r7, r7, r3\n\teor r9, r9, r3\n\t"
                     "usada8 r4, r7, r5, r4\n\tusada8 r4, r9, r5, r4\n\tuxtb16 r6, r7\n\tuxtb16 r7, r7, ror #8\n\t"
                     "uxtb16 r8, r9\n\tuxtb16 r9, r9, ror #8\n\tstmia r0!, {r6-r9}\n\tcmp r1, r2\n\tbne 1b\n\t"
                     "mov r0, r4\n\tpop {r4-r9}\n\tbx lr");
}
#  define SUCREF_I_EIGHTS 1
#else
#  define SUCREF_I_EIGHTS 0
#  define sucref_i_put_eights(to, u, end, flips, sum) (sum)
#endif

/* puts bytes of columns from one on into halves, columns in ascending order; to: a position's first word; flip: of a
 * byte's bits, those to be turned. Returns their sum. */
static uint32_t sucref_i_put_halves(uint32_t *to, const uint8_t *u, uint32_t n, uint32_t column, unsigned positions,
                                    uint32_t flip)
{
    const uint8_t *const end = u + n, *last;
    uint32_t sum = 0;
    for (; u < end && column % 4U != 0; u++, column++) {
        sucref_i_put_half(to, *u ^ flip, column, positions);
        sum += *u ^ flip;
    }
    to += column / 2U * positions;
    last = u + (size_t)(end - u) / 4U * 4U;
    if (SUCREF_I_FOUR_AT(u)) {
        const uint32_t flips = flip * 0x01010101U;
        uint32_t mask = 0x00FF00FFU;
        SUCREF_I_HIDE(mask);
        if (SUCREF_I_EIGHTS && positions == 1 && last - u >= 8) {
            const uint32_t eights = (uint32_t)(last - u) & ~(uint32_t)7;
            sum = sucref_i_put_eights(to, u, u + eights, flips, sum);
            u += eights;
            to += eights / 2U;
        }
        for (; u < last; u += 4, to += 2U * positions) {
            const uint32_t four = SUCREF_I_FOUR(u) ^ flips;
            to[0] = four & mask;
            to[positions] = (four >> 8) & mask;
            sum = sucref_i_add_bytes(sum, four);
        }
    }
    for (; u < last; u += 4, to += 2U * positions) {
        to[0] = (u[0] | (uint32_t)u[2] << 16) ^ flip * 0x00010001U;
        to[positions] = (u[1] | (uint32_t)u[3] << 16) ^ flip * 0x00010001U;
        sum += (to[0] & 0xFFFFU) + (to[0] >> 16) + (to[positions] & 0xFFFFU) + (to[positions] >> 16);
    }
    for (column = 0; u < end; u++, column++) {
        sucref_i_put_half(to, *u ^ flip, column, positions);
        sum += *u ^ flip;
    }
    return sum;
}

#if SUCREF_I_PICTURES
/* The same of columns 0 to n - 1, n a multiple of 4, of two positions, whose bytes are not turned */
#  if defined(SUCREF_I_ASM) && defined(__ARM_FEATURE_DSP) && defined(__ARM_FEATURE_UNALIGNED)
/* r0 to  r1, r2 u, v  r3 end of u  r4, r5 bytes c, c + 2 of each  r6, r7 bytes c + 1, c + 3 */
#    define SUCREF_I_PUT_FOUR                                                                                          \
        "ldr r6, [r1], #4\n\tldr r7, [r2], #4\n\tuxtb16 r4, r6\n\tuxtb16 r5, r7\n\tuxtb16 r6, r6, ror #8\n\t"      \
        "uxtb16 r7, r7, ror #8\n\tstmia r0!, {r4-r7}\n"
SUCREF_I_NAKED static void sucref_i_put_two(uint32_t *to, const uint8_t *u, const uint8_t *v, uint32_t n)
{
    __asm__ volatile("push {r4-r7}\n\tadd r3, r3, r1\n\tsub r4, r3, r1\n\tlsls r4, r4, #29\n\tbmi 2f\n"
                     "1:\t" SUCREF_I_PUT_FOUR
                     "2:\t" SUCREF_I_PUT_FOUR
                     "cmp r1, r3\n\tbne 1b\n\tpop {r4-r7}\n\tbx lr");
}
#  else
static void sucref_i_put_two(uint32_t *to, const uint8_t *u, const uint8_t *v, uint32_t n)
{
    const uint8_t *const end = u + n;
    for (; u < end; u += 4, v += 4, to += 4) {
        to[0] = u[0] | (uint32_t)u[2] << 16;
        to[1] = v[0] | (uint32_t)v[2] << 16;
        to[2] = u[1] | (uint32_t)u[3] << 16;
        to[3] = v[1] | (uint32_t)v[3] << 16;
    }
}
#  endif
#endif

/* the head of a part of halves */
static void sucref_i_begin_halves(uint32_t *part, uint32_t columns, unsigned positions)
{
    uint32_t i;
    for (i = 0; i < SUCREF_I_PART_HEAD; i++) { part[i] = 0; }
    part[SUCREF_I_PART_COLUMNS] = part[SUCREF_I_PART_COUNT] = columns;
    part[SUCREF_I_PART_WORDS] = SUCREF_I_PART_HEAD + SUCREF_I_PAD4(columns) / 2U * positions;
    part[SUCREF_I_PART_KIND] = SUCREF_I_HALVES_KIND;
}

/* A part of halves, of the columns of a view, which is used up, and zeros up to `columns`: position 0 or 1 of so many.
 * holes: may the view leave out columns? */
SUCREF_I_ALONE static void sucref_i_build_halves(uint32_t *list, sucref_i_view *v, uint32_t columns, unsigned position,
                                                 unsigned positions, int holes)
{
    uint32_t *const part = list + SUCREF_I_LIST_HEAD, *to = part + SUCREF_I_PART_HEAD + position, i, sum = 0;
    const uint32_t words = SUCREF_I_PAD4(columns) / 2U, fill = v->fill * 0x10001U,
                   flip = v->line != 0 && v->k == 0 ? v->flip : 0U;
    sucref_i_run run;
    v->flip = (uint8_t)(v->flip ^ flip); /* lines as they are, to be turned here */
    for (i = holes ? 0U : words; i < words; i++) { to[i * positions] = fill; }
    for (i = v->to; i < SUCREF_I_PAD4(v->to); i++) { sucref_i_put_half(to, 0, i, positions); }
    for (i = SUCREF_I_PAD4(v->to) / 2U; i < words; i++) { to[i * positions] = 0; }
    if (position == 0) { sucref_i_begin_halves(part, v->to, positions); }
    while (sucref_i_next_run(&run, v)) {
        sum += sucref_i_put_halves(to, run.u, run.n, run.at, positions, flip) - run.n * v->fill;
    }
    part[SUCREF_I_PART_SUM] = sum + v->to * v->fill;
}
#endif /* SUCREF_I_HALVES */

#if SUCREF_I_BY_ROWS
/* ---- kernels: rows -----------------------------------------------------------------------------------------------
 * Planes of rows, for cores that multiply sixteen bytes by sixteen at once: no lists, no chunks, a fixed cost. Inputs
 * are u, filled up with 0 to a multiple of 16; digits are unsigned, of whole weights w + 128, so that 128 * sum(u) is
 * too much. Sums are modulo 2^32, and none is larger than 65535 * 255 * 255 < 2^32. Where a byte is of several rows,
 * with S_k the sum of its value / 2^(k * slot) times u, that of row k is S_k - 2^slot * S_(k+1). */

#if SUCREF_I_MVE
/* r0, r2, r4, r6, r8, r10, r12, lr sums  r1, r3 p  r5 x  r7 end of x  r9 sum: sums go to even registers only */
#  define SUCREF_I_ONE_BY_ONE(p, a, b, c, d) /* rows of a unit of 8 bits */                                            \
        "vldrb.8 q1, [" p "], #16\n\tvldrb.8 q2, [" p "], #16\n\tvmladava.u8 " a ", q1, q0\n\t"                       \
        "vldrb.8 q3, [" p "], #16\n\tvmladava.u8 " b ", q2, q0\n\tvldrb.8 q1, [" p "], #16\n\t"                       \
        "vmladava.u8 " c ", q3, q0\n\tvmladava.u8 " d ", q1, q0\n\t"
#  define SUCREF_I_TWO_OF_BYTE(p, a, b)                                                                                \
        "vldrb.8 q1, [" p "], #16\n\tvmladava.u8 " a ", q1, q0\n\tvshr.u8 q1, q1, #4\n\tvmladava.u8 " b ", q1, q0\n\t"
#  define SUCREF_I_FOUR_OF_BYTE(slot, load, a, b, c, d)                                                                \
        load "vmladava.u8 " a ", q1, q0\n\tvshr.u8 q1, q1, #" slot "\n\tvmladava.u8 " b ", q1, q0\n\t"                \
        "vshr.u8 q1, q1, #" slot "\n\tvmladava.u8 " c ", q1, q0\n\tvshr.u8 q1, q1, #" slot "\n\t"                     \
        "vmladava.u8 " d ", q1, q0\n\t"
#  define SUCREF_I_LOAD_X "vldrb.8 q0, [r5], #16\n\t"
#  define SUCREF_I_UNITS(slot, column)                                                                                 \
        SUCREF_I_NAKED static void sucref_i_units_##slot(                                                              \
            uint32_t *sum, const uint8_t *p, const uint8_t *x, uint32_t n, uint32_t next)                              \
        {                                                                                                              \
            __asm__ volatile("push {r4-r10, lr}\n\tmov r9, r0\n\tmov r5, r2\n\tadd r7, r2, r3, lsl #4\n\t"            \
                             "ldr r2, [sp, #32]\n\tlsls r3, r3, #31\n\tadd r3, r1, r2\n\tmov r0, #0\n\t"             \
                             "mov r2, r0\n\tmov r4, r0\n\tmov r6, r0\n\tmov r8, r0\n\tmov r10, r0\n\t"           \
                             "mov r12, r0\n\tmov lr, r0\n\tbmi 2f\n" /* an odd number */                             \
                             "1:\t" SUCREF_I_LOAD_X column "2:\t" SUCREF_I_LOAD_X column "cmp r5, r7\n\tbne 1b\n\t"    \
                             "strd r0, r2, [r9]\n\tstrd r4, r6, [r9, #8]\n\tstrd r8, r10, [r9, #16]\n\t"             \
                             "strd r12, lr, [r9, #24]\n\tpop {r4-r10, pc}");                                           \
        }
/* sum[0..7] = S_k of two units, `next` bytes from one to the other, or of one of 1 bit; over n times 16 columns */
SUCREF_I_UNITS(8, SUCREF_I_ONE_BY_ONE("r1", "r0", "r2", "r4", "r6") SUCREF_I_ONE_BY_ONE("r3", "r8", "r10", "r12", "lr"))
SUCREF_I_UNITS(4, SUCREF_I_TWO_OF_BYTE("r1", "r0", "r2") SUCREF_I_TWO_OF_BYTE("r1", "r4", "r6")
                      SUCREF_I_TWO_OF_BYTE("r3", "r8", "r10") SUCREF_I_TWO_OF_BYTE("r3", "r12", "lr"))
SUCREF_I_UNITS(2, SUCREF_I_FOUR_OF_BYTE("2", "vldrb.8 q1, [r1], #16\n\t", "r0", "r2", "r4", "r6")
                      SUCREF_I_FOUR_OF_BYTE("2", "vldrb.8 q1, [r3], #16\n\t", "r8", "r10", "r12", "lr"))
SUCREF_I_UNITS(1, SUCREF_I_FOUR_OF_BYTE("1", "vldrb.8 q1, [r1], #16\n\t", "r0", "r2", "r4", "r6")
                      SUCREF_I_FOUR_OF_BYTE("1", "vshr.u8 q1, q1, #1\n\t", "r8", "r10", "r12", "lr"))

static void sucref_i_two_units(uint32_t *sum, const uint8_t *p, const uint8_t *x, uint32_t n, unsigned slot,
                               uint32_t next)
{
    uint32_t k;
    switch (slot) {
    case 8: sucref_i_units_8(sum, p, x, n, next); return;
    case 4:
        sucref_i_units_4(sum, p, x, n, next);
        for (k = 0; k < 8; k += 2) { sum[k] -= sum[k + 1U] << 4; }
        return;
    case 2: sucref_i_units_2(sum, p, x, n, next); break;
    default: sucref_i_units_1(sum, p, x, n, next); break;
    }
    for (k = 0; k < 7; k++) { if (slot == 1 || k != 3) { sum[k] -= sum[k + 1U] << slot; } }
}

/* sums of whole weights at two positions: of groups of four rows, over n columns, a multiple of 16, of x and those
 * behind it; less `over` and `over2`.
 * r0, r2, r4, r6 and r8, r10, r12, lr sums  r1 p  r3, r5 x  r7 end of the first x  r9 acc  r11 groups */
#  define SUCREF_I_SIXTEEN_OF_TWO                                                                                      \
        "vldrb.8 q0, [r3], #16\n\tvldrb.8 q2, [r1], #16\n\tvldrb.8 q1, [r5], #16\n\tvmladava.u8 r0, q2, q0\n\t"       \
        "vldrb.8 q3, [r1], #16\n\tvmladava.u8 r8, q2, q1\n\tvmladava.u8 r2, q3, q0\n\tvldrb.8 q2, [r1], #16\n\t"      \
        "vmladava.u8 r10, q3, q1\n\tvmladava.u8 r4, q2, q0\n\tvldrb.8 q3, [r1], #16\n\tvmladava.u8 r12, q2, q1\n\t"   \
        "vmladava.u8 r6, q3, q0\n\tvmladava.u8 lr, q3, q1\n\t"
SUCREF_I_NAKED static void sucref_i_places_8(uint32_t *acc, const uint8_t *p, const uint8_t *x, uint32_t n,
                                             uint32_t groups, uint32_t over, uint32_t over2, uint32_t pitch)
{
    __asm__ volatile("push {r2, r4-r11, lr}\n\tmov r9, r0\n\tadds r7, r2, r3\n\tldr r11, [sp, #40]\n"
                     "0:\tldrd r0, r8, [sp, #44]\n\tldr r3, [sp]\n\tsubs r5, r7, r3\n\tlsls r5, r5, #27\n\t"
                     "mov r5, r7\n\trsb r0, r0, #0\n\tmov r2, r0\n\tmov r4, r0\n\tmov r6, r0\n\t"
                     "rsb r8, r8, #0\n\tmov r10, r8\n\tmov r12, r8\n\tmov lr, r8\n\tbmi 2f\n"
                     "1:\t" SUCREF_I_SIXTEEN_OF_TWO
                     "2:\t" SUCREF_I_SIXTEEN_OF_TWO "cmp r3, r7\n\tbne 1b\n\t"
                     "ldr r3, [sp, #52]\n\tadd r3, r9, r3, lsl #2\n\tstrd r4, r6, [r9, #8]\n\t"
                     "strd r0, r2, [r9], #16\n\tstrd r8, r10, [r3]\n\tstrd r12, lr, [r3, #8]\n\t"
                     "subs r11, r11, #1\n\tbne 0b\n\tpop {r2, r4-r11, pc}");
}
#else
/* sum[0..7] of the rows of two units, `next` bytes from one to the other, or of one of 1 bit; n times 16 columns */
static void sucref_i_two_units(uint32_t *sum, const uint8_t *p, const uint8_t *x, uint32_t n, unsigned slot,
                               uint32_t next)
{
    const uint32_t of_byte = 8U / slot, bytes = sucref_i_unit_bytes(slot), mask = ((uint32_t)1 << slot) - 1U;
    uint32_t row, c;
    for (row = 0; row < 8U; row++) {
        const uint32_t r = row % sucref_i_unit_rows(slot);
        const uint8_t *q = p + (r != row ? next : 0U) + r / of_byte * 16U;
        sum[row] = 0;
        for (c = 0; c < 16U * n; c++) {
            const uint32_t u = SUCREF_READ_U8(q + c / 16U * bytes + c % 16U), digit = u >> (r % of_byte * slot) & mask;
            sum[row] += digit * x[c];
        }
    }
}
#endif

static inline void sucref_i_add_four(uint32_t *acc, const uint32_t *sum, uint32_t over)
{
#if SUCREF_I_MVE
    vstrwq_u32(acc, vaddq_u32(vldrwq_u32(acc), vsubq_n_u32(vldrwq_u32(sum), over)));
#else
    uint32_t i;
    for (i = 0; i < 4; i++) { acc[i] += sum[i] - over; }
#endif
}

/* acc[0 .. rows-1], a multiple of 4: += sums of rows from `row` on, a multiple of 8, by a part */
static void sucref_i_dot_rows(uint32_t *acc, const sucref_i_plane *p, const uint32_t *part, uint32_t row, uint32_t rows)
{
    const uint32_t n = SUCREF_I_PAD16(p->n_in) / 16U, unit = sucref_i_unit_rows(p->slot),
                   bytes = n * sucref_i_unit_bytes(p->slot), over = p->width == 8 ? part[SUCREF_I_PART_OVER] : 0U;
    const uint8_t *q = p->bytes + row / unit * bytes;
    uint32_t i, sum[8];
    for (; rows > 0; acc += 8, q += 8U / unit * bytes) {
        const uint32_t here = rows < 8U ? rows : 8U;
        sucref_i_two_units(sum, q, (const uint8_t *)(part + SUCREF_I_PART_HEAD), n, p->slot, here > 4U ? bytes : 0U);
        for (i = 0; i < here; i += 4U) { sucref_i_add_four(acc + i, sum + i, over); }
        rows -= here;
    }
}

/* the same of whole weights at two positions, whose sums acc is set to; those of the second stand `pitch` words behind
 * those of the first, as its x does behind the first one's. over[2]: what is added too much */
static void sucref_i_two_places(uint32_t *acc, uint32_t pitch, const sucref_i_plane *p, const uint8_t *x,
                                const uint32_t *over, uint32_t row, uint32_t rows)
{
    const uint32_t n = SUCREF_I_PAD16(p->n_in);
    const uint8_t *const q = p->bytes + row * n;
#if SUCREF_I_MVE
    sucref_i_places_8(acc, q, x, n, rows / 4U, over[0], over[1], pitch);
#else
    uint32_t i, c;
    for (i = 0; i < rows; i++) {
        const uint8_t *w = q + i / 4U * 4U * n + i % 4U * 16U;
        uint32_t a = 0U - over[0], b = 0U - over[1];
        for (c = 0; c < n; c++) {
            a += (uint32_t)SUCREF_READ_U8(w + c / 16U * 64U + c % 16U) * x[c];
            b += (uint32_t)SUCREF_READ_U8(w + c / 16U * 64U + c % 16U) * x[n + c];
        }
        acc[i] = a;
        acc[pitch + i] = b;
    }
#endif
}

/* bytes of columns, as they are or turned by `flip`; returns their sum */
SUCREF_I_EACH uint32_t sucref_i_put_bytes(uint8_t *to, const uint8_t *u, uint32_t n, uint8_t flip)
{
    uint32_t sum = 0;
#if SUCREF_I_MVE
    const uint8x16_t turned = vdupq_n_u8(flip);
    uint8x16_t x;
    for (; n >= 16U; n -= 16U, u += 16, to += 16) {
        x = veorq_u8(vldrbq_u8(u), turned);
        vstrbq_u8(to, x);
        sum = vaddvaq_u8(sum, x);
    }
    if (n > 0) { /* the other bytes of x do not count */
        x = veorq_u8(vldrbq_z_u8(u, vctp8q(n)), turned);
        vstrbq_p_u8(to, x, vctp8q(n));
        sum = vaddvaq_p_u8(sum, x, vctp8q(n));
    }
#else
    uint32_t i;
    for (i = 0; i < n; i++) {
        to[i] = (uint8_t)(u[i] ^ flip);
        sum += to[i];
    }
#endif
    return sum;
}

/* from one column to another */
SUCREF_I_EACH void sucref_i_put_zeros(uint8_t *to, uint32_t from, uint32_t end)
{
#if SUCREF_I_MVE
    for (; from < end; from += 16U) { vstrbq_p_u8(to + from, vdupq_n_u8(0), vctp8q(end - from)); }
#else
    for (; from < end; from++) { to[from] = 0; }
#endif
}

/* bytes of a view, which is used up, and zeros up to n, a multiple of 16, or where it leaves some out; returns their
 * sum. flip: as the view's, where it leaves that to us */
SUCREF_I_ALONE SUCREF_I_FAST static uint32_t sucref_i_put_view(uint8_t *to, sucref_i_view *v, uint32_t n, uint8_t flip)
{
    uint32_t at = 0, sum = 0;
    sucref_i_run run;
    while (sucref_i_next_run(&run, v)) { /* in ascending order */
        sucref_i_put_zeros(to, at, run.at);
        at = run.at + run.n;
        sum += sucref_i_put_bytes(to + run.at, run.u, run.n, flip);
    }
    sucref_i_put_zeros(to, at, n);
    return sum;
}

/* where a part's bytes of so many columns go: of position 0, or 1 behind it */
static inline uint8_t *sucref_i_rows_room(uint32_t *list, unsigned position, uint32_t columns)
{
    return (uint8_t *)(list + SUCREF_I_LIST_HEAD + SUCREF_I_PART_HEAD) + position * SUCREF_I_PAD16(columns);
}

/* closes the part of bytes with their sum, or notes the second position's */
static void sucref_i_end_rows(uint32_t *list, unsigned position, uint32_t columns, uint32_t sum)
{
    uint32_t *const part = list + SUCREF_I_LIST_HEAD;
    if (position == 1) {
        part[SUCREF_I_PART_OVER_2] = sum << 7;
        return;
    }
    part[SUCREF_I_PART_COLUMNS] = part[SUCREF_I_PART_COUNT] = columns;
    part[SUCREF_I_PART_WORDS] = SUCREF_I_PART_HEAD + SUCREF_I_PAD16(columns) / 4U;
    part[SUCREF_I_PART_SUM] = sum;
    part[SUCREF_I_PART_OVER] = sum << 7;
    part[SUCREF_I_PART_KIND] = SUCREF_I_BYTES_KIND;
    part[SUCREF_I_PART_SECOND] = part[SUCREF_I_PART_BASE] = 0;
}
#endif /* SUCREF_I_BY_ROWS */

/* ---- lists of pairs ---- */
/* builds a part; assembly reads its first nine words in this order */
typedef struct {
    uint32_t *to, *head;        /* the next word, the open chunk's head */
    uint32_t rest, most;        /* what is left of a chunk, and what it holds: a sum of maximum * |x|, or of |x| */
    uint32_t sum, open;         /* x of the part, of that before the open chunk */
    uint32_t chunks, room;      /* ended; how many may be */
    uint32_t zero, flip;        /* x = (u ^ flip) - zero */
    uint32_t *part;             /* its head */
    const uint8_t *maxima;      /* of the part's columns; NULL: one number bounds all weights */
} sucref_i_builder;

#ifdef SUCREF_I_ASM
typedef char sucref_i_builder_is_known[offsetof(sucref_i_builder, zero) == 32 ? 1 : -1];
#endif

/* 0 where there is no room for another one */
static inline int sucref_i_end_chunk(sucref_i_builder *b)
{
    if (b->chunks == b->room) { return 0; }
    *b->head = (uint32_t)(b->to - b->head - 1) << 18 | ((b->sum - b->open) & 0xFFFFU);
    b->head = b->to++;
    b->open = b->sum;
    b->chunks++;
    b->rest = b->most;
    return 1;
}

enum { SUCREF_I_ANY_X = 0, SUCREF_I_PLAIN, SUCREF_I_EACH_MAXIMUM }; /* how a part is built */

#ifdef SUCREF_I_ASM
/* Quads of columns x = u (where code is to be small, single ones, here and below); 0 where there is no room.
 * r0 builder  r1 u  r2 quads  r3 8 * column << 16  r4 to  r5 rest  r6 x  r7 8 << 16  r12 quads while a full chunk is
 * ended, at 5; its column, at 10 to 13, comes again then */
#  ifdef __thumb2__
#    define SUCREF_I_IF_ZERO "cbz r6, "
#  else
#    define SUCREF_I_IF_ZERO "cmp r6, #0\n\tbeq "
#  endif
#  define SUCREF_I_PUSH_QUAD(column)                                                                                   \
        column("0", "6") SUCREF_I_ALSO(column("1", "7") column("2", "8") column("3", "9"))
#  define SUCREF_I_PUSH_AGAIN(at, end) /* where a column does not fit: the chunk's end, and it again */                \
        "6:\tbl " end "\n\tb " at "0b\n"                                                                              \
        SUCREF_I_ALSO("7:\tbl " end "\n\tb " at "1b\n8:\tbl " end "\n\tb " at "2b\n9:\tbl " end "\n\tb " at "3b\n")
#  define SUCREF_I_PUSH_COLUMN(k, full)                                                                                \
        "1" k ":\tldrb r6, [r1, #" k "]\n\t" SUCREF_I_IF_ZERO "2" k "f\n\t"                                            \
        "subs r5, r5, r6\n\tblo " full "f\n\torrs r6, r6, r3\n\tstmia r4!, {r6}\n2" k ":\tadds r3, r3, r7\n\t"
SUCREF_I_NAKED static int sucref_i_push_quads(sucref_i_builder *b, const uint8_t *u, uint32_t quads, uint32_t at)
{
    __asm__ volatile(".syntax unified\n\tpush {r4-r7, lr}\n\tldr r4, [r0]\n\tldr r5, [r0, #8]\n\tmovs r7, #8\n\t"
                     "lsls r7, r7, #16\n" SUCREF_I_PUSH_QUAD(SUCREF_I_PUSH_COLUMN)
                     "adds r1, r1, #" SUCREF_I_QUAD "\n\tsubs r2, r2, #1\n\tbne 10b\n\t"
                     "str r4, [r0]\n\tstr r5, [r0, #8]\n\tldr r6, [r0, #12]\n\tsubs r6, r6, r5\n\tldr r5, [r0, #20]\n\t"
                     "adds r6, r6, r5\n\tstr r6, [r0, #16]\n\tmovs r0, #1\n\tpop {r4-r7, pc}\n"
                     SUCREF_I_PUSH_AGAIN("1", "5f")
                     "5:\tmov r12, r2\n\tadds r5, r5, r6\n\tldr r6, [r0, #12]\n\tsubs r5, r6, r5\n\t" /* sum */
                     "ldr r2, [r0, #20]\n\tadds r2, r2, r5\n\tstr r2, [r0, #20]\n\tldr r6, [r0, #4]\n\t"
                     "subs r2, r4, r6\n\tsubs r2, r2, #4\n\tlsls r2, r2, #16\n\torrs r2, r2, r5\n\tstr r2, [r6]\n\t"
                     "str r4, [r0, #4]\n\tadds r4, r4, #4\n\tldr r2, [r0, #24]\n\tldr r5, [r0, #28]\n\t"
                     "cmp r2, r5\n\tbeq 4f\n\tadds r2, r2, #1\n\tstr r2, [r0, #24]\n\tldr r5, [r0, #12]\n\t"
                     "mov r2, r12\n\tbx lr\n"
                     "4:\tmovs r0, #0\n\tpop {r4-r7, pc}");
}

/* The same of x = u - zero where columns have maxima: one counts |x| * (maximum + 1), never 0, so that |sum(x)| of a
 * chunk stays below 2^15, too. r0 u  r1 a maximum  r2 8 * column << 16  r3 maxima  r4 to  r5 rest  r6 x  r7 8 << 16,
 * but the builder where a chunk is ended, at 50  r8 builder  r9 sum  r10 zero  r11 end of u. Columns are at 10 to 13,
 * and at 30 to 33 where zero is not 0. A chunk's first column is taken whatever it counts: at most 255 * 128. */
#  define SUCREF_I_PUSH_MAXIMUM(k, full)                                                                               \
        "1" k ":\tldrb r6, [r0, #" k "]\n\t" SUCREF_I_IF_ZERO "2" k "f\n\t"                                            \
        "ldrb r1, [r3, #" k "]\n\tadds r1, r1, #1\n\tmuls r1, r6, r1\n\tsubs r5, r5, r1\n\tblo " full "f\n\t"          \
        "add r9, r6\n\torrs r6, r6, r2\n\tstmia r4!, {r6}\n2" k ":\tadds r2, r2, r7\n\t"
#  define SUCREF_I_PUSH_CENTRED(k, full)                                                                               \
        "3" k ":\tldrb r6, [r0, #" k "]\n\tmov r1, r10\n\tsubs r6, r6, r1\n\tbeq 4" k "f\n\t"                          \
        "ldrb r1, [r3, #" k "]\n\tbpl 4f\n\tmvns r1, r1\n\tb 5f\n4:\tadds r1, r1, #1\n5:\tmuls r1, r6, r1\n\t"         \
        "subs r5, r5, r1\n\tblo " full "f\n\tadd r9, r6\n\tuxth r6, r6\n\torrs r6, r6, r2\n\tstmia r4!, {r6}\n4" k     \
        ":\tadds r2, r2, r7\n\t"
SUCREF_I_NAKED static int sucref_i_push_maxima(sucref_i_builder *b, const uint8_t *u, uint32_t quads, uint32_t at,
                                               const uint8_t *maximum)
{
    __asm__ volatile(".syntax unified\n\tpush {r4-r7, lr}\n\tmov r4, r8\n\tmov r5, r9\n\tmov r6, r10\n\t"
                     "mov r7, r11\n\tpush {r4-r7}\n\tmov r8, r0\n\tldr r4, [r0, #16]\n\tmov r9, r4\n\t"
                     "ldr r6, [r0, #32]\n\tmov r10, r6\n\t" SUCREF_I_ALSO("lsls r2, r2, #2\n\t")
                     "adds r2, r2, r1\n\tmov r11, r2\n\t"
                     "ldr r4, [r0]\n\tldr r5, [r0, #8]\n\t"
                     "movs r0, r1\n\tmovs r2, r3\n\tldr r3, [sp, #36]\n\tmovs r7, #8\n\tlsls r7, r7, #16\n\t"
                     "cmp r6, #0\n\tbne 30f\n" SUCREF_I_PUSH_QUAD(SUCREF_I_PUSH_MAXIMUM)
                     "adds r0, r0, #" SUCREF_I_QUAD "\n\tadds r3, r3, #" SUCREF_I_QUAD "\n\tcmp r0, r11\n\tbne 10b\n"
                     "60:\tmov r0, r8\n\tstr r4, [r0]\n\tstr r5, [r0, #8]\n\tmov r4, r9\n\tstr r4, [r0, #16]\n\t"
                     "movs r0, #1\n"
                     "61:\tpop {r4-r7}\n\tmov r8, r4\n\tmov r9, r5\n\tmov r10, r6\n\tmov r11, r7\n\tpop {r4-r7, pc}\n"
                     SUCREF_I_PUSH_AGAIN("1", "50f")
                     "50:\tmov r7, r8\n\tldr r6, [r7, #4]\n\tsubs r6, r4, r6\n\tsubs r6, r6, #4\n\tbne 51f\n\t"
                     "movs r5, r1\n\tb 52f\n" /* its first column */
                     "51:\tlsls r6, r6, #16\n\tmov r1, r9\n\tldr r5, [r7, #20]\n\tstr r1, [r7, #20]\n\t"
                     "subs r1, r1, r5\n\tuxth r1, r1\n\torrs r6, r6, r1\n\tldr r1, [r7, #4]\n\tstr r6, [r1]\n\t"
                     "str r4, [r7, #4]\n\tadds r4, r4, #4\n\tldr r1, [r7, #24]\n\tldr r5, [r7, #28]\n\t"
                     "cmp r1, r5\n\tbeq 53f\n\tadds r1, r1, #1\n\tstr r1, [r7, #24]\n\tldr r5, [r7, #12]\n"
                     "52:\tmovs r7, #8\n\tlsls r7, r7, #16\n\tbx lr\n"
                     "53:\tmovs r0, #0\n\tb 61b\n" SUCREF_I_PUSH_QUAD(SUCREF_I_PUSH_CENTRED)
                     "adds r0, r0, #" SUCREF_I_QUAD "\n\tadds r3, r3, #" SUCREF_I_QUAD "\n\tcmp r0, r11\n\tbne 30b\n\t"
                     "b 60b\n"
                     SUCREF_I_PUSH_AGAIN("3", "50b"));
}
#endif

/* n columns, from one on; 0 where there is no room. A chunk holds its first column whatever that is:
 * 255 * 128 < 32768 */
SUCREF_I_EACH int sucref_i_push(sucref_i_builder *b, const uint8_t *u, uint32_t n, uint32_t column, int maxima)
{
    const uint8_t *const first = u, *const end = u + n, *const maximum = maxima ? b->maxima + column : NULL;
    const uint32_t flip = maxima ? 0U : b->flip, zero = b->zero, none = flip != 0 ? 0U : zero;
    uint32_t *to, rest, sum, at = column << 19;
#ifdef SUCREF_I_ASM
    if (SUCREF_I_SMALL && maxima) { return sucref_i_push_maxima(b, u, n, at, maximum); }
    if (maxima && n >= 4) {
        if (!sucref_i_push_maxima(b, u, n / 4U, at, maximum)) { return 0; }
        u += n & ~(uint32_t)3;
    }
#endif
    for (to = b->to, rest = b->rest, sum = b->sum; u < end; at += maxima ? 0U : (uint32_t)1 << 19) {
        const uint32_t byte = *u++;
        uint32_t x, size;
        if (byte == none) { continue; } /* of vectors most columns may not count */
        x = (byte ^ flip) - zero;
        size = x >> 31 ? 0U - x : x;
        if (maxima) {
            const uint32_t i = (uint32_t)(u - first) - 1U, max = SUCREF_READ_U8(maximum + i);
            if (max > 1) { size *= max; } /* counts as 1 at least: |sum(x)| of a chunk stays below 2^15, too */
            at = (column + i) << 19;
        }
        if (size > rest) {
            if (to != b->head + 1) {
                b->to = to; b->sum = sum;
                if (!sucref_i_end_chunk(b)) { return 0; }
                to++;
            }
            rest = size > b->most ? size : b->most;
        }
        rest -= size;
        sum += x;
        *to++ = at | (x & 0xFFFFU);
    }
    b->to = to; b->rest = rest; b->sum = sum;
    return 1;
}

/* the same of columns x = u, whose sums are bounded by one number, at least 255 */
SUCREF_I_ALONE static int sucref_i_push_plain(sucref_i_builder *b, const uint8_t *u, uint32_t n, uint32_t column)
{
    const uint8_t *const end = u + n;
    uint32_t *to, rest, at = column << 19;
#ifdef SUCREF_I_ASM
    if (SUCREF_I_SMALL) { return sucref_i_push_quads(b, u, n, at); }
    if (n >= 4) {
        if (!sucref_i_push_quads(b, u, n / 4U, at)) { return 0; }
        n &= ~(uint32_t)3;
        u += n; at += n << 19;
    }
#endif
    for (to = b->to, rest = b->rest; u < end; at += (uint32_t)1 << 19) {
        const uint32_t x = *u++;
        if (x > rest) {
            b->to = to; b->sum = b->open + b->most - rest;
            if (!sucref_i_end_chunk(b)) { return 0; }
            to++;
            rest = b->rest;
        }
        if (x != 0) { *to++ = at | x; }
        rest -= x;
    }
    b->to = to; b->rest = rest; b->sum = b->open + b->most - rest;
    return 1;
}

#if SUCREF_I_SLIDES
SUCREF_I_ALONE static int sucref_i_push_signed(sucref_i_builder *b, const uint8_t *u, uint32_t n, uint32_t column)
{
    return sucref_i_push(b, u, n, column, 0);
}
#endif

/* starts a part for columns from one on */
static void sucref_i_begin_part(sucref_i_builder *b, uint32_t *part, uint32_t column)
{
    b->part = part;
    b->head = part + SUCREF_I_PART_HEAD;
    b->to = b->head + 1;
    b->rest = b->most;
    b->sum = b->open = b->chunks = 0;
    part[SUCREF_I_PART_BASE] = column & ~(SUCREF_I_BASE - 1U);
}

/* closes the part at hand, up to a column */
static void sucref_i_end_part(sucref_i_builder *b, uint32_t column, unsigned kind)
{
    uint32_t *const part = b->part, zeros = 0;
    b->room++; /* every part has one chunk more */
    for (; kind == SUCREF_I_LONG_KIND && (b->to - b->head) % 4 != 1; zeros++) { *b->to++ = 0; }
    if (b->to != b->head + 1) { (void)sucref_i_end_chunk(b); }
    *b->head = SUCREF_I_LIST_END;
    b->room -= b->chunks;
    part[SUCREF_I_PART_COLUMNS] = column;
    part[SUCREF_I_PART_WORDS] = (uint32_t)(b->to - part);
    part[SUCREF_I_PART_SUM] = b->sum;
    part[SUCREF_I_PART_COUNT] = part[SUCREF_I_PART_WORDS] - SUCREF_I_PART_HEAD - b->chunks - 1U - zeros;
    part[SUCREF_I_PART_OVER] = kind == SUCREF_I_SIGNED ? b->chunks << 15 : 0U;
    if (kind == SUCREF_I_LONG_KIND) { part[SUCREF_I_PART_OVER] = b->sum << 7; }
    part[SUCREF_I_PART_KIND] = kind;
    part[SUCREF_I_PART_SECOND] = part[SUCREF_I_PART_ZERO] = 0;
}

/* Of long vectors the first columns are tried with five quarters of their share of chunks. Where that does not do,
 * as many from all over the vector tell whether its rest is alike, before all of the room is filled in vain. */
enum { SUCREF_I_TRIED = 64 };
static int sucref_i_is_alike(const sucref_i_builder *b, const uint8_t *u, uint32_t n)
{
    uint32_t i, sum = 0;
    for (i = 0; i < n - n % SUCREF_I_TRIED; i += n / SUCREF_I_TRIED) {
        const uint32_t x = (u[i] ^ b->flip) - b->zero, size = x >> 31 ? 0U - x : x;
        sum += b->maxima != NULL ? size * SUCREF_READ_U8(b->maxima + i) : size; /* < 2^22 */
    }
    return sum > 3U * SUCREF_I_TRIED / 16U * b->most; /* three quarters of what n / 4 chunks hold */
}

SUCREF_I_EACH int sucref_i_push_some(sucref_i_builder *b, const uint8_t *u, uint32_t n, uint32_t column, int how)
{
    return how == SUCREF_I_PLAIN ? sucref_i_push_plain(b, u, n, column)
                                 : sucref_i_push(b, u, n, column, how == SUCREF_I_EACH_MAXIMUM);
}

/* the first columns of a run that begins the list, as above: off the run where they are listed, else it starts again; 0
 * where the rest is alike */
SUCREF_I_EACH int sucref_i_try_first(sucref_i_builder *b, sucref_i_run *run, int how)
{
    const uint32_t room = b->room;
    int fits;
    b->room = SUCREF_I_TRIED * 5U / 16U;
    fits = sucref_i_push_some(b, run->u, SUCREF_I_TRIED, 0, how);
    b->room = room;
    if (fits) {
        run->u += SUCREF_I_TRIED; run->at += SUCREF_I_TRIED; run->n -= SUCREF_I_TRIED;
        return 1;
    }
    if (sucref_i_is_alike(b, run->u, run->n)) { return 0; }
    sucref_i_begin_part(b, b->part, 0);
    return 1;
}

/* all columns of a view; 0 where there is no room */
SUCREF_I_EACH int sucref_i_push_all(sucref_i_builder *b, sucref_i_view *v, unsigned kind, int how)
{
    const int whole = how != SUCREF_I_ANY_X && b->room <= (v->to - v->at) / 4U; /* weights: digits have more room */
    sucref_i_run run;
    while (sucref_i_next_run(&run, v)) {
        if (whole && run.at == 0 && run.n >= 4U * SUCREF_I_TRIED && !sucref_i_try_first(b, &run, how)) { return 0; }
        while (run.n > 0) {
            const uint32_t base = b->part[SUCREF_I_PART_BASE], end = base + SUCREF_I_BASE,
                           n = run.at + run.n <= end ? run.n : run.at < end ? end - run.at : 0U;
            if (n == 0) { /* on into the next part */
                sucref_i_end_part(b, end, kind);
                sucref_i_begin_part(b, b->to, end);
                if (how == SUCREF_I_EACH_MAXIMUM) { b->maxima += SUCREF_I_BASE; }
                continue;
            }
            if (!sucref_i_push_some(b, run.u, n, run.at - base, how)) { return 0; }
            run.u += n; run.at += n; run.n -= n;
        }
    }
    return 1;
}

/* what chunks hold */
static void sucref_i_set_chunks(sucref_i_builder *b, const sucref_i_purpose *p, const sucref_i_view *v)
{
    const int delta = SUCREF_I_OLD(v), digits = SUCREF_I_FOR_DIGITS(p->form);
    b->zero = p->form == SUCREF_I_CENTRED ? p->l->in_zero : 0U;
    b->flip = 0;
    b->room = digits && !delta ? v->to : (v->to - v->at) / 4U;
    b->most = p->most;
    b->maxima = !digits && !SUCREF_I_SIMD && sucref_i_has_maxima(p->l) && !delta
                    ? p->m->bytes + sucref_i_params_of(p->l).colmax + (v->at & ~(SUCREF_I_BASE - 1U))
                    : NULL;
}

/* The next part of a list, or parts, where it reaches over more columns than one can, of a view, which is used up; of a
 * delta, which has one and lies in one piece, what grew and then what fell. 0 where there is no room. */
SUCREF_I_EACH int sucref_i_build(uint32_t *list, const sucref_i_purpose *p, sucref_i_view *v, int how)
{
    const int delta = how == SUCREF_I_ANY_X && SUCREF_I_OLD(v);
    const unsigned kind = SUCREF_I_SIMD && !SUCREF_I_FOR_DIGITS(p->form)      ? SUCREF_I_LONG_KIND
                          : delta || !SUCREF_I_FOR_DIGITS(p->form) ? SUCREF_I_SIGNED
                                                                : SUCREF_I_CHUNKS;
    const uint32_t at = v->at;
    sucref_i_builder b;
    if (delta && v->to > SUCREF_I_BASE) { return 0; }
    sucref_i_set_chunks(&b, p, v);
    sucref_i_begin_part(&b, list + list[SUCREF_I_LIST_NEXT], at);
    for (;;) {
        if (!sucref_i_push_all(&b, v, kind, how)) { return 0; }
        if (!delta || v->fell) { break; }
        v->at = at;
        v->fell = 1;
        b.flip = b.zero = 0xFFFFFFFFU; /* x = -u */
    }
    sucref_i_end_part(&b, v->to, kind);
    return 1;
}

/* how by how, each with what it needs and no more */
#if SUCREF_I_SMALL
#  define sucref_i_build_as sucref_i_build
#else
#  define SUCREF_I_BUILD(name, how)                                                                                    \
    SUCREF_I_ALONE static int name(uint32_t *list, const sucref_i_purpose *p, sucref_i_view *v)                        \
    {                                                                                                                  \
        return sucref_i_build(list, p, v, how);                                                                        \
    }
SUCREF_I_BUILD(sucref_i_build_each, SUCREF_I_EACH_MAXIMUM)
SUCREF_I_BUILD(sucref_i_build_plain, SUCREF_I_PLAIN)
SUCREF_I_BUILD(sucref_i_build_any, SUCREF_I_ANY_X)

static inline int sucref_i_build_as(uint32_t *list, const sucref_i_purpose *p, sucref_i_view *v, int how)
{
    return how == SUCREF_I_ANY_X         ? sucref_i_build_any(list, p, v)
           : how == SUCREF_I_EACH_MAXIMUM ? sucref_i_build_each(list, p, v)
                                          : sucref_i_build_plain(list, p, v);
}
#endif

#if SUCREF_I_SIMD
/* copies n bytes; returns how many are not zero and adds up all */
static uint32_t sucref_i_copy_bytes(uint8_t *to, const uint8_t *u, uint32_t n, uint32_t zero, uint32_t *sum)
{
    const __m128i z = _mm_set1_epi8((char)sucref_i_s8((uint8_t)zero)), none = _mm_setzero_si128();
    __m128i all = none, same = none; /* each counts 255 */
    uint32_t i, many = 0;
    for (i = 0; i + 16U <= n; i += 16U) {
        const __m128i x = sucref_i_load16(u + i);
        _mm_storeu_si128((__m128i *)(void *)(to + i), x);
        all = _mm_add_epi32(all, _mm_sad_epu8(x, none));
        same = _mm_add_epi32(same, _mm_sad_epu8(_mm_cmpeq_epi8(x, z), none));
    }
    all = _mm_add_epi32(all, _mm_unpackhi_epi64(all, all));
    same = _mm_add_epi32(same, _mm_unpackhi_epi64(same, same));
    *sum += (uint32_t)_mm_cvtsi128_si32(all) - n * zero;
    many = i - (uint32_t)_mm_cvtsi128_si32(same) / 255U;
    for (; i < n; i++) {
        to[i] = u[i];
        *sum += u[i];
        many += u[i] != zero;
    }
    return many;
}
#endif

/* bytes in place of a list, of a view, which is used up; with SSE2 returns how many are not zero */
SUCREF_I_ALONE static uint32_t sucref_i_build_bytes(uint32_t *list, const sucref_i_purpose *p, sucref_i_view *v)
{
    uint32_t *const part = list + list[SUCREF_I_LIST_NEXT], sum = 0, many = 0, i;
    const uint32_t zero = p->form == SUCREF_I_CENTRED ? p->l->in_zero : 0U, from = v->at, n = v->to - from;
    uint8_t *to = (uint8_t *)(part + SUCREF_I_PART_HEAD);
    sucref_i_run run;
    for (i = 0; v->window != NULL && i < n; i++) { to[i] = (uint8_t)zero; } /* outside a picture */
    while (sucref_i_next_run(&run, v)) {
#if SUCREF_I_SIMD
        many += sucref_i_copy_bytes(to + (run.at - from), run.u, run.n, zero, &sum);
#else
        for (i = 0; i < run.n; i++) {
            to[run.at - from + i] = run.u[i];
            sum += run.u[i] - zero;
        }
#endif
    }
    part[SUCREF_I_PART_COLUMNS] = v->to;
    part[SUCREF_I_PART_WORDS] = SUCREF_I_PART_HEAD + SUCREF_I_WORDS(n);
    part[SUCREF_I_PART_SUM] = sum;
    part[SUCREF_I_PART_COUNT] = SUCREF_I_SIMD ? many : n;
    part[SUCREF_I_PART_OVER] = sum << 7;
    part[SUCREF_I_PART_KIND] = SUCREF_I_BYTES_KIND;
    part[SUCREF_I_PART_SECOND] = 0;
    part[SUCREF_I_PART_BASE] = from;
    part[SUCREF_I_PART_ZERO] = zero;
    return many;
}

/* The next part of a list, of a view, which is used up; what that cost. 0 where it has no room, which for whole weights
 * one that is `wide` has always, but not a delta. */
static uint32_t sucref_i_list_part(uint32_t *list, const sucref_i_purpose *p, sucref_i_view *v)
{
    const uint32_t n = v->to - v->at;
#if SUCREF_I_SIMD
    if (!SUCREF_I_FOR_DIGITS(p->form)) {
        sucref_i_view again = *v;
        if (!SUCREF_I_OLD(v)) {
            const uint32_t many = sucref_i_build_bytes(list, p, v);
            if (p->wide || many > n / 8U * (SUCREF_I_HAS_AVX2() ? 3U : 6U)) { return n; } /* as measured */
        }
        return sucref_i_build_as(list, p, &again, SUCREF_I_ANY_X) ? n : 0U;
    }
#endif
    if (!p->wide || SUCREF_I_OLD(v)) {
        const int each = !SUCREF_I_FOR_DIGITS(p->form) && sucref_i_has_maxima(p->l),
                  any = SUCREF_I_OLD(v) || (p->form == SUCREF_I_CENTRED && !each);
        const int how = any ? SUCREF_I_ANY_X : each ? SUCREF_I_EACH_MAXIMUM : SUCREF_I_PLAIN;
        return sucref_i_build_as(list, p, v, how) ? n : 0U;
    }
    (void)sucref_i_build_bytes(list, p, v);
    return 2U * n;
}
#endif /* SUCREF_PAIRS */

#if SUCREF_I_FAMILY != SUCREF_PAIRS
/* ---- kernels: one product at a time ------------------------------------------------------------------------------
 * Wide parts; any block of up to 16 rows. A byte holds digits of 8 / slot rows: rows go upwards through the bytes of a
 * column, or, where a word holds several columns, through its two bytes per half (METHOD 4). */

static void sucref_i_dot_single(uint32_t *acc, const uint8_t *p, const uint8_t *list, uint32_t rows, unsigned slot)
{
    const uint8_t mask = (uint8_t)((1U << slot) - 1U);
    /* of one column in a half word */
    const unsigned half_bits = (unsigned)rows * slot >= 32U ? 16U : (unsigned)rows * slot / 2U;
    const unsigned columns_log2 = half_bits >= 16U ? 0U : half_bits >= 8U ? 1U : half_bits >= 4U ? 2U : 3U;
    const uint32_t words = (uint32_t)rows * slot >= 32U ? rows * slot / 32U : 1U;
    uint32_t place = (uint32_t)0 - 8U;
    uint8_t x;
    while (sucref_i_next_entry(&x, &place, &list)) {
        const uint32_t col = place >> 3;
        const unsigned bit = (unsigned)(col & (((uint32_t)1 << columns_log2) - 1U)) * half_bits;
        const uint8_t *q = p + (col >> columns_log2) * words * 4U;
        uint32_t *to = acc;
        uint8_t halves;
        for (halves = (uint8_t)(2U * words); halves > 0; halves--, q += 2) {
            unsigned at;
            for (at = bit; at < bit + half_bits; ) {
                uint8_t v = (uint8_t)(SUCREF_READ_U8(q + at / 8U) >> (at % 8U));
                do {
                    *to++ += (uint16_t)((unsigned)(uint8_t)(v & mask) * x);
                    v = (uint8_t)(v >> slot);
                    at += slot;
                } while (at % 8U != 0 && at < bit + half_bits);
            }
        }
    }
}

static inline uint32_t sucref_i_list_part(uint32_t *list, const sucref_i_purpose *p, sucref_i_view *v)
{
    const uint32_t n = v->to - v->at;
    sucref_i_list_wide(list + list[SUCREF_I_LIST_NEXT], p, v);
    return n;
}
#endif

#if SUCREF_I_FAMILY == SUCREF_SINGLE
/* the slow, obvious twin of the others */
static inline void sucref_i_dot_block(uint32_t *acc, const uint8_t *p, const uint32_t *head, const uint32_t *list,
                                      uint32_t rows, const sucref_i_plane *plane)
{
    (void)head;
    sucref_i_dot_single(acc, p, (const uint8_t *)list, rows, plane->slot);
}
#endif /* SUCREF_SINGLE */

#if SUCREF_I_FAMILY == SUCREF_QUADS
/* ---- kernels: quads ----------------------------------------------------------------------------------------------
 * One product at a time with the sums of four rows in registers, for 8-bit cores; on AVR of eight. */

/* sum + v * x */
static inline uint32_t sucref_i_mac(uint32_t sum, uint8_t v, uint8_t x)
{
#if defined(__AVR_HAVE_MUL__) && !defined(SUCREF_NO_ASM) /* six instructions, where the compiler widens first */
    __asm__("mul %1, %2\n\tadd %A0, r0\n\tadc %B0, r1\n\tclr r1\n\tadc %C0, r1\n\tadc %D0, r1"
            : "+r"(sum)
            : "r"(v), "r"(x)
            : "r0");
    return sum;
#else
    return sum + (uint32_t)v * x;
#endif
}

/* where a column lies in words that hold two: a byte in each half word */
static inline size_t sucref_i_one_of_two(uint32_t place)
{
    const size_t at = (size_t)(place >> 2); /* two bytes a column */
    return (at & ~(size_t)3) + (at >> 1 & 1U);
}

/* Four rows, wide part. Their digits follow one another in the bits from p on, 8 / 2^stride bytes further for each
 * column; stride 2: two columns to a word. high: of slots of 1 bit, the upper four in a byte. */
static inline void sucref_i_quad(uint32_t *acc, const uint8_t *p, const uint8_t *list, unsigned slot, unsigned stride,
                                 unsigned high)
{
    uint32_t a = 0, b = 0, c = 0, d = 0, at = (uint32_t)0 - 8U;
    uint8_t x, v;
    while (sucref_i_next_entry(&x, &at, &list)) {
        const uint8_t *q = p + (stride == 2 ? sucref_i_one_of_two(at) : (size_t)(at >> stride));
        if (slot == 8) {
            const uint32_t u = SUCREF_READ_U32(q);
            a = sucref_i_mac(a, (uint8_t)u, x);
            b = sucref_i_mac(b, (uint8_t)(u >> 8), x);
            c = sucref_i_mac(c, (uint8_t)(u >> 16), x);
            d = sucref_i_mac(d, (uint8_t)(u >> 24), x);
        } else if (slot == 4) {
            v = SUCREF_READ_U8(q);
            a = sucref_i_mac(a, v, x); /* the lowest row from the unmasked product, below */
            b = sucref_i_mac(b, (uint8_t)(v >> 4), x);
            v = SUCREF_READ_U8(q + (stride == 2 ? 2 : 1));
            c = sucref_i_mac(c, v, x);
            d = sucref_i_mac(d, (uint8_t)(v >> 4), x);
        } else if (slot == 2) {
            v = SUCREF_READ_U8(q);
            a = sucref_i_mac(a, v, x);
            b = sucref_i_mac(b, (uint8_t)(v >> 2 & 3U), x);
            c = sucref_i_mac(c, (uint8_t)(v >> 4 & 3U), x);
            d = sucref_i_mac(d, (uint8_t)(v >> 6), x);
        } else {
            v = (uint8_t)(SUCREF_READ_U8(q) >> high);
            a += (v & 1U) ? x : 0U;
            b += (v & 2U) ? x : 0U;
            c += (v & 4U) ? x : 0U;
            d += (v & 8U) ? x : 0U;
        }
    }
    acc[0] += slot == 4 ? a - (b << 4) : slot == 2 ? a - (b << 2) - (c << 4) - (d << 6) : a;
    acc[1] += b;
    acc[2] += slot == 4 ? c - (d << 4) : c;
    acc[3] += d;
}

/* by slot and rows of the block; each by itself, as it needs most of the registers */
#define SUCREF_I_QUAD(name, slot, stride, high)                                                                        \
    SUCREF_I_ALONE static void name(uint32_t *acc, const uint8_t *p, const uint8_t *list)                              \
    {                                                                                                                  \
        sucref_i_quad(acc, p, list, slot, stride, high);                                                               \
    }
SUCREF_I_QUAD(sucref_i_quad_8x8, 8, 0, 0)
SUCREF_I_QUAD(sucref_i_quad_8x4, 8, 1, 0)
SUCREF_I_QUAD(sucref_i_quad_4x16, 4, 0, 0)
SUCREF_I_QUAD(sucref_i_quad_4x8, 4, 1, 0)
SUCREF_I_QUAD(sucref_i_quad_4x4, 4, 2, 0)
SUCREF_I_QUAD(sucref_i_quad_2x16, 2, 1, 0)
SUCREF_I_QUAD(sucref_i_quad_2x8, 2, 2, 0)
SUCREF_I_QUAD(sucref_i_quad_1x16, 1, 2, 0)
SUCREF_I_QUAD(sucref_i_quad_1x16_high, 1, 2, 4)

#if defined(__AVR_HAVE_MUL__) && defined(__AVR_HAVE_LPMX__) && defined(__GNUC__) && !defined(SUCREF_NO_ASM)
/* The same by hand, of weights in flash: for SUCREF_READ_U8 that is pgm_read_byte. The sums of a chunk of 8 rows are in
 * registers (24 bits each, or 16 for digits, see WIDE_CHUNK), and what the list says of columns in between is added to
 * Z, as it stands behind an entry's weights. Cycles of an entry:
 *
 *     8 bits    8 rows 73: a weight LPM 3, MUL 2, adding 3; 9 for the list, the place, the loop. 4 rows 42
 *     4 bits    8 rows 58: a byte LPM 3, MUL and adding 4, SWAP 1, MUL and adding 4; 10 for the rest. 4 rows 50
 *     2 bits    8 rows 59 in blocks of 16, else 74    1 bit    8 rows 59 at most
 *
 * A byte of digits is multiplied whole. Of digits a, b of 4 bits it gives, with A = sum(a x) and B = sum(b x) below
 * 2^16 and all modulo 2^16, L = A + 16 B, and with its halves swapped M = B + 16 A: M - 16 L = -255 B, and as
 * -255 * 257 = 1, B = (M - 16 L) (1 + 256). Of digits of 2 bits, a to d upwards: L, M = sum(4 b x),
 * N = sum((c + 4 d) x), O = sum(4 d x), the last three below 2^16, and sum(a x) = L - M - 16 N. */
#  define SUCREF_I_TEXT_OF(text) #text
#  define SUCREF_I_TEXT(x) SUCREF_I_TEXT_OF(x)
#  define SUCREF_I_LPM (__builtin_strcmp(SUCREF_I_TEXT(SUCREF_READ_U8(p)), SUCREF_I_TEXT(pgm_read_byte(p))) == 0)
#  ifdef __clang__
#    define SUCREF_I_NAKED __attribute__((__naked__, __noinline__))
#  else
#    define SUCREF_I_NAKED __attribute__((__naked__, __noinline__, __noclone__)) /* all arguments come */
#  endif
#  define SUCREF_I_CLOBBERS                                                                                            \
        : : : "r18", "r19", "r20", "r21", "r22", "r23", "r24", "r25", "r26", "r27", "r30", "r31", "memory"
#  define SUCREF_I_PUSH(a, b, c, d) "push r" #a "\n\tpush r" #b "\n\tpush r" #c "\n\tpush r" #d "\n\t"
#  define SUCREF_I_POP(a, b, c, d) "pop r" #d "\n\tpop r" #c "\n\tpop r" #b "\n\tpop r" #a "\n\t"
#  define SUCREF_I_CLEAR(a, b, c, d) "clr r" #a "\n\tclr r" #b "\n\tclr r" #c "\n\tclr r" #d "\n\t"
#  define SUCREF_I_HALVE "lsr r1\n\tror r0\n\t"
/* the next byte: on with an entry, or to the end of a chunk, or a pair of registers takes what is far, halved or not */
#  define SUCREF_I_MORE(entry, next, end, low, high, halve)                                                            \
        "\n" #next ":\tld r0, X+\n\tsbrs r0, 0\n\trjmp " #entry "b\n\tsbrs r0, 2\n\trjmp " #end "f\n\t"                \
        "ld r0, X+\n\tld r1, X+\n\t" halve "add r" #low ", r0\n\tadc r" #high ", r1\n\trjmp " #next "b\n"
/* a byte of acc += a register */
#  define SUCREF_I_TO_ACC(n, op, r) "ldd r0, Y+" #n "\n\t" op " r0, r" #r "\n\tstd Y+" #n ", r0\n\t"

/* r26 X list  r30 Z p  r2..r25 sums  r28 x  r29 0; T: 4 rows; on the stack acc */
#  define SUCREF_I_WEIGHT(a, b, c)                                                                                     \
        "lpm r0, Z+\n\tmul r0, r28\n\tadd r" #a ", r0\n\tadc r" #b ", r1\n\tadc r" #c ", r29\n\t"
#  define SUCREF_I_FOUR_WEIGHTS SUCREF_I_WEIGHT(2, 3, 4) SUCREF_I_WEIGHT(5, 6, 7) SUCREF_I_WEIGHT(8, 9, 10)            \
        SUCREF_I_WEIGHT(11, 12, 13)
#  define SUCREF_I_ADD_24(n, n1, n2, n3, a, b, c)                                                                      \
        SUCREF_I_TO_ACC(n, "add", a) SUCREF_I_TO_ACC(n1, "adc", b) SUCREF_I_TO_ACC(n2, "adc", c)                       \
        SUCREF_I_TO_ACC(n3, "adc", 1)
SUCREF_I_NAKED static void sucref_i_lpm_bytes(uint32_t *acc, const uint8_t *p, const uint8_t *list, uint8_t rows)
{
    __asm__ volatile(SUCREF_I_PUSH(2, 3, 4, 5) SUCREF_I_PUSH(6, 7, 8, 9) SUCREF_I_PUSH(10, 11, 12, 13)
                     SUCREF_I_PUSH(14, 15, 16, 17) SUCREF_I_PUSH(28, 29, 25, 24)
                     "movw r30, r22\n\tmovw r26, r20\n\tbst r18, 2\n"
                     "0:\t" SUCREF_I_CLEAR(2, 3, 4, 5) SUCREF_I_CLEAR(6, 7, 8, 9) SUCREF_I_CLEAR(10, 11, 12, 13)
                     SUCREF_I_CLEAR(14, 15, 16, 17) SUCREF_I_CLEAR(18, 19, 20, 21) SUCREF_I_CLEAR(22, 23, 24, 25)
                     "clr r29\n\tbrtc 5f\n\trjmp 6f\n"
                     "1:\tadd r30, r0\n\tadc r31, r29\n\tld r28, X+\n\t" SUCREF_I_FOUR_WEIGHTS
                     SUCREF_I_WEIGHT(14, 15, 16) SUCREF_I_WEIGHT(17, 18, 19) SUCREF_I_WEIGHT(20, 21, 22)
                     SUCREF_I_WEIGHT(23, 24, 25) SUCREF_I_MORE(1, 5, 3, 30, 31, "")
                     "2:\tlsr r0\n\tadd r30, r0\n\tadc r31, r29\n\tld r28, X+\n\t" SUCREF_I_FOUR_WEIGHTS
                     SUCREF_I_MORE(2, 6, 3, 30, 31, SUCREF_I_HALVE)
                     "3:\tpop r28\n\tpop r29\n\tpush r29\n\tpush r28\n\tclr r1\n\t"
                     SUCREF_I_ADD_24(0, 1, 2, 3, 2, 3, 4) SUCREF_I_ADD_24(4, 5, 6, 7, 5, 6, 7)
                     SUCREF_I_ADD_24(8, 9, 10, 11, 8, 9, 10) SUCREF_I_ADD_24(12, 13, 14, 15, 11, 12, 13) "brts 4f\n\t"
                     SUCREF_I_ADD_24(16, 17, 18, 19, 14, 15, 16) SUCREF_I_ADD_24(20, 21, 22, 23, 17, 18, 19)
                     SUCREF_I_ADD_24(24, 25, 26, 27, 20, 21, 22) SUCREF_I_ADD_24(28, 29, 30, 31, 23, 24, 25)
                     "\n4:\tld r0, -X\n\tadiw r26, 1\n\tsbrs r0, 1\n\trjmp 0b\n\t"
                     SUCREF_I_POP(28, 29, 25, 24) SUCREF_I_POP(14, 15, 16, 17) SUCREF_I_POP(10, 11, 12, 13)
                     SUCREF_I_POP(6, 7, 8, 9) SUCREF_I_POP(2, 3, 4, 5) "ret" SUCREF_I_CLOBBERS);
}

/* r26 X list  r28 Y acc  r30 Z p  r8..r23 sums  r24 digits  r25 x  r7 how  r6 0x0C, or 0  r5 0 and r4 what it
 * is below; where a word has two columns, r2 p and r4, r5 8 times the column behind the last entry's */
enum { SUCREF_I_LPM_4_16 = 1, SUCREF_I_LPM_4_8 = 2, SUCREF_I_LPM_4_4 = 4, SUCREF_I_LPM_2_16 = 8, SUCREF_I_LPM_2_8 = 16,
       SUCREF_I_LPM_1_16 = 32 }; /* bits of a digit, rows of the block */
#  define SUCREF_I_NEXT_8 "add r30, r0\n\tadc r31, r5\n\tld r25, X+\n\t"
#  define SUCREF_I_NEXT_4 "lsr r0\n\t" SUCREF_I_NEXT_8
#  define SUCREF_I_PAST "or r0, r4\n\t" /* r4: bytes of a column that the other half of its rows has */
#  define SUCREF_I_NEXT_OF_TWO                                                                                         \
        "clr r1\n\tadd r0, r4\n\tadc r1, r5\n\tmovw r24, r0\n\tadiw r24, 8\n\tmovw r4, r24\n\t"                        \
        SUCREF_I_HALVE SUCREF_I_HALVE "bst r0, 1\n\tmovw r30, r0\n\tandi r30, 0xFC\n\tbld r30, 0\n\t"                  \
        "add r30, r2\n\tadc r31, r3\n\tld r25, X+\n\t"
#  define SUCREF_I_SUM(a, b) "mul r24, r25\n\tadd r" #a ", r0\n\tadc r" #b ", r1\n\t"
#  define SUCREF_I_NIBBLES(a, b, c, d)                                                                                 \
        "lpm r24, Z+\n\t" SUCREF_I_SUM(a, b) "swap r24\n\t" SUCREF_I_SUM(c, d)
#  define SUCREF_I_CRUMBS(a, b, c, d, e, f, g, h)                                                                      \
        "lpm r24, Z+\n\t" SUCREF_I_SUM(a, b) "mov r0, r24\n\tand r0, r6\n\tmul r0, r25\n\tadd r" #c ", r0\n\tadc r" #d \
        ", r1\n\tswap r24\n\tandi r24, 0x0F\n\t" SUCREF_I_SUM(e, f) "andi r24, 0x0C\n\t" SUCREF_I_SUM(g, h)
#  define SUCREF_I_BIT(a, b) "lsr r24\n\tbrcc .+4\n\tadd r" #a ", r25\n\tadc r" #b ", r6\n\t"
/* what the bytes' products leave of a byte's lowest digit, and all in order */
#  define SUCREF_I_LESS_16(a, b, c, d) /* r(a) -= 16 r(c), pairs */                                                    \
        "movw r24, r" #c "\n\tswap r25\n\tandi r25, 0xF0\n\tswap r24\n\teor r25, r24\n\tandi r24, 0xF0\n\t"            \
        "eor r25, r24\n\tsub r" #a ", r24\n\tsbc r" #b ", r25\n\t"
#  define SUCREF_I_ORDER_NIBBLES(a, b, c, d)                                                                           \
        SUCREF_I_LESS_16(c, d, a, b) "add r" #d ", r" #c "\n\t" SUCREF_I_LESS_16(a, b, c, d)
#  define SUCREF_I_QUARTER(a, b) "lsr r" #b "\n\tror r" #a "\n\tlsr r" #b "\n\tror r" #a "\n\t"
#  define SUCREF_I_ORDER_CRUMBS(a, b, c, d, e, f, g, h)                                                                \
        "sub r" #a ", r" #c "\n\tsbc r" #b ", r" #d "\n\t" SUCREF_I_LESS_16(a, b, e, f) "sub r" #e ", r" #g            \
        "\n\tsbc r" #f ", r" #h "\n\t" SUCREF_I_QUARTER(c, d) SUCREF_I_QUARTER(g, h)
#  define SUCREF_I_ADD_16(n, n1, n2, n3, a, b)                                                                         \
        SUCREF_I_TO_ACC(n, "add", a) SUCREF_I_TO_ACC(n1, "adc", b) SUCREF_I_TO_ACC(n2, "adc", 1)                       \
        SUCREF_I_TO_ACC(n3, "adc", 1)
SUCREF_I_NAKED static void sucref_i_lpm_digits(uint32_t *acc, const uint8_t *p, const uint8_t *list, uint8_t how)
{
    __asm__ volatile(SUCREF_I_PUSH(2, 3, 4, 5) SUCREF_I_PUSH(6, 7, 8, 9) SUCREF_I_PUSH(10, 11, 12, 13)
                     SUCREF_I_PUSH(14, 15, 16, 17) "push r28\n\tpush r29\n\t"
                     "movw r28, r24\n\tmovw r30, r22\n\tmovw r2, r22\n\tmovw r26, r20\n\tmov r7, r18\n\t"
                     "clr r4\n\tclr r5\n\t"
                     "ldi r24, 4\n\tsbrc r7, 0\n\tmov r4, r24\n\tldi r24, 2\n\tsbrc r7, 3\n\tmov r4, r24\n\t"
                     "sub r30, r4\n\tsbc r31, r5\n\tldi r24, 0x0C\n\tmov r6, r24\n\tsbrc r7, 5\n\tclr r6\n"
                     "0:\t" SUCREF_I_CLEAR(8, 9, 10, 11) SUCREF_I_CLEAR(12, 13, 14, 15)
                     SUCREF_I_CLEAR(16, 17, 18, 19) SUCREF_I_CLEAR(20, 21, 22, 23)
                     "sbrc r7, 0\n\trjmp 11f\n\tsbrc r7, 1\n\trjmp 12f\n\tsbrc r7, 2\n\trjmp 13f\n\t"
                     "sbrc r7, 3\n\trjmp 14f\n\tsbrc r7, 4\n\trjmp 15f\n\trjmp 16f\n"
                     "1:\t" SUCREF_I_PAST SUCREF_I_NEXT_8
                     SUCREF_I_NIBBLES(8, 9, 10, 11) SUCREF_I_NIBBLES(12, 13, 14, 15)
                     SUCREF_I_NIBBLES(16, 17, 18, 19) SUCREF_I_NIBBLES(20, 21, 22, 23)
                     SUCREF_I_MORE(1, 11, 7, 30, 31, "")
                     "2:\t" SUCREF_I_NEXT_4 SUCREF_I_NIBBLES(8, 9, 10, 11) SUCREF_I_NIBBLES(12, 13, 14, 15)
                     SUCREF_I_NIBBLES(16, 17, 18, 19) SUCREF_I_NIBBLES(20, 21, 22, 23)
                     SUCREF_I_MORE(2, 12, 7, 30, 31, SUCREF_I_HALVE)
                     "3:\t" SUCREF_I_NEXT_OF_TWO SUCREF_I_NIBBLES(8, 9, 10, 11) "adiw r30, 1\n\t"
                     SUCREF_I_NIBBLES(12, 13, 14, 15) SUCREF_I_MORE(3, 13, 7, 4, 5, "")
                     "4:\tlsr r0\n\t" SUCREF_I_PAST SUCREF_I_NEXT_8 SUCREF_I_CRUMBS(8, 9, 10, 11, 12, 13, 14, 15)
                     SUCREF_I_CRUMBS(16, 17, 18, 19, 20, 21, 22, 23)
                     SUCREF_I_MORE(4, 14, 8, 30, 31, SUCREF_I_HALVE)
                     "5:\t" SUCREF_I_NEXT_OF_TWO SUCREF_I_CRUMBS(8, 9, 10, 11, 12, 13, 14, 15) "adiw r30, 1\n\t"
                     SUCREF_I_CRUMBS(16, 17, 18, 19, 20, 21, 22, 23) SUCREF_I_MORE(5, 15, 8, 4, 5, "")
                     "6:\t" SUCREF_I_NEXT_OF_TWO "lpm r24, Z\n\t" SUCREF_I_BIT(8, 9) SUCREF_I_BIT(10, 11)
                     SUCREF_I_BIT(12, 13) SUCREF_I_BIT(14, 15) SUCREF_I_BIT(16, 17) SUCREF_I_BIT(18, 19)
                     SUCREF_I_BIT(20, 21) SUCREF_I_BIT(22, 23) SUCREF_I_MORE(6, 16, 9, 4, 5, "")
                     "7:\t" SUCREF_I_ORDER_NIBBLES(8, 9, 10, 11) SUCREF_I_ORDER_NIBBLES(12, 13, 14, 15)
                     SUCREF_I_ORDER_NIBBLES(16, 17, 18, 19) SUCREF_I_ORDER_NIBBLES(20, 21, 22, 23) "rjmp 9f\n"
                     "8:\t" SUCREF_I_ORDER_CRUMBS(8, 9, 10, 11, 12, 13, 14, 15)
                     SUCREF_I_ORDER_CRUMBS(16, 17, 18, 19, 20, 21, 22, 23) "\n"
                     "9:\tclr r1\n\t" SUCREF_I_ADD_16(0, 1, 2, 3, 8, 9) SUCREF_I_ADD_16(4, 5, 6, 7, 10, 11)
                     SUCREF_I_ADD_16(8, 9, 10, 11, 12, 13) SUCREF_I_ADD_16(12, 13, 14, 15, 14, 15)
                     "sbrc r7, 2\n\trjmp 10f\n\t" SUCREF_I_ADD_16(16, 17, 18, 19, 16, 17)
                     SUCREF_I_ADD_16(20, 21, 22, 23, 18, 19) SUCREF_I_ADD_16(24, 25, 26, 27, 20, 21)
                     SUCREF_I_ADD_16(28, 29, 30, 31, 22, 23)
                     "\n10:\tld r0, -X\n\tadiw r26, 1\n\tsbrs r0, 1\n\trjmp 0b\n\tpop r29\n\tpop r28\n\t"
                     SUCREF_I_POP(14, 15, 16, 17) SUCREF_I_POP(10, 11, 12, 13) SUCREF_I_POP(6, 7, 8, 9)
                     SUCREF_I_POP(2, 3, 4, 5) "ret" SUCREF_I_CLOBBERS);
}

/* 0 where there is no assembly for such a block */
static int sucref_i_dot_lpm(uint32_t *acc, const uint8_t *p, const uint8_t *list, uint8_t rows, uint8_t slot)
{
    const uint8_t second = slot == 4 ? 4 : 2; /* where rows 8 to 15 are */
    uint8_t how;
    if (slot == 8) {
        sucref_i_lpm_bytes(acc, p, list, rows);
        return 1;
    }
    if (slot == 4) {
        how = rows == 16 ? SUCREF_I_LPM_4_16 : rows == 8 ? SUCREF_I_LPM_4_8 : SUCREF_I_LPM_4_4;
    } else if (rows == 16) {
        how = slot == 2 ? SUCREF_I_LPM_2_16 : SUCREF_I_LPM_1_16;
    } else if (rows == 8 && slot == 2) {
        how = SUCREF_I_LPM_2_8;
    } else {
        return 0;
    }
    sucref_i_lpm_digits(acc, p, list, how);
    if (rows == 16) { sucref_i_lpm_digits(acc + 8, p + second, list, how); }
    return 1;
}
#else
#  define SUCREF_I_LPM 0
#  define sucref_i_dot_lpm(acc, p, list, rows, slot) 0
#endif

/* where a block's columns are fractions of a byte, one row at a time */
static void sucref_i_dot_block(uint32_t *acc, const uint8_t *p, const uint32_t *head, const uint32_t *list,
                               uint32_t rows, const sucref_i_plane *plane)
{
    const unsigned slot = SUCREF_I_STOPS ? plane->slot : 8U;
    const uint8_t *const bytes = (const uint8_t *)list;
    void (*even)(uint32_t *, const uint8_t *, const uint8_t *), (*odd)(uint32_t *, const uint8_t *, const uint8_t *);
    uint32_t row, step = slot / 2U; /* bytes from four rows to the next */
    (void)head;
    if (SUCREF_I_LPM) {
        if (!sucref_i_dot_lpm(acc, p, bytes, (uint8_t)rows, (uint8_t)slot)) {
            sucref_i_dot_single(acc, p, bytes, rows, slot);
        }
        return;
    }
    if (slot == 8) {
        even = odd = rows == 8 ? sucref_i_quad_8x8 : sucref_i_quad_8x4;
    } else if (slot == 4) {
        even = odd = rows == 16 ? sucref_i_quad_4x16 : rows == 8 ? sucref_i_quad_4x8 : sucref_i_quad_4x4;
    } else if (slot == 2 && rows > 4) {
        even = odd = rows == 16 ? sucref_i_quad_2x16 : sucref_i_quad_2x8;
        if (rows == 8) { step = 2; }
    } else if (slot == 1 && rows == 16) {
        even = sucref_i_quad_1x16;
        odd = sucref_i_quad_1x16_high;
    } else {
        sucref_i_dot_single(acc, p, bytes, rows, slot);
        return;
    }
    for (row = 0; row < rows; row += 4) {
        (row % 8U == 0 ? even : odd)(acc + row, p + (slot == 1 ? row / 8U * 2U : row / 4U * step), bytes);
    }
}
#endif /* SUCREF_QUADS */

/* ---- kernels: lists and rows ------------------------------------------------------------------------------------- */
/* a list of nothing */
static void sucref_i_list_begin(uint32_t *list, unsigned form)
{
    list[SUCREF_I_LIST_COLUMNS] = 0;
    list[SUCREF_I_LIST_FORM] = form;
    list[SUCREF_I_LIST_NEXT] = SUCREF_I_LIST_HEAD;
}

/* keeps the parts that end by a column and by a word */
static void sucref_i_list_cut(uint32_t *list, uint32_t columns, uint32_t words)
{
    uint32_t at = SUCREF_I_LIST_HEAD, listed = 0;
    while (listed < list[SUCREF_I_LIST_COLUMNS] && list[at + SUCREF_I_PART_COLUMNS] <= columns &&
           at + list[at + SUCREF_I_PART_WORDS] <= words) {
        listed = list[at + SUCREF_I_PART_COLUMNS];
        at += list[at + SUCREF_I_PART_WORDS];
    }
    list[SUCREF_I_LIST_COLUMNS] = listed;
    list[SUCREF_I_LIST_NEXT] = at;
}

/* the sums of the parts that a group reads, of u whatever they list */
static void sucref_i_list_total(uint32_t *list, const sucref_layer *l, uint32_t columns)
{
    uint32_t at = SUCREF_I_LIST_HEAD, end = 0;
    list[SUCREF_I_LIST_SUM] = list[SUCREF_I_LIST_FORM] == SUCREF_I_CENTRED ? l->in_zero * columns : 0U;
    list[SUCREF_I_LIST_COUNT] = 0;
    while (end < columns) {
        list[SUCREF_I_LIST_SUM] += list[at + SUCREF_I_PART_SUM];
        list[SUCREF_I_LIST_COUNT] += list[at + SUCREF_I_PART_COUNT];
        end = list[at + SUCREF_I_PART_COLUMNS];
        at += list[at + SUCREF_I_PART_WORDS];
    }
}

/* where a list of parts that end by a column ends itself */
static void sucref_i_list_end(uint32_t *list, uint32_t columns)
{
    uint32_t *next = &list[SUCREF_I_LIST_NEXT];
    while (list[SUCREF_I_LIST_COLUMNS] < columns) {
        list[SUCREF_I_LIST_COLUMNS] = list[*next + SUCREF_I_PART_COLUMNS];
        *next += list[*next + SUCREF_I_PART_WORDS];
    }
}

/* lists a layer's input as far as a group reads it, where it is not listed yet; what that cost */
static uint32_t sucref_i_list(uint32_t *list, const sucref_model *m, const sucref_layer *l, const sucref_i_view *input,
                              uint32_t columns, unsigned form)
{
    const uint8_t *p = m->bytes + sucref_i_groups_at(m) + l->first_group * (uint32_t)SUCREF_I_GROUP + 6U;
    sucref_i_purpose why;
    uint32_t before = 0, end, cost = 0;
    if (SUCREF_I_BESIDE(form)) {
        sucref_i_view v = *input;
        v.at = 0; v.to = columns;
        if (list[SUCREF_I_LIST_FORM] != form || list[SUCREF_I_LIST_COLUMNS] != columns) {
            sucref_i_list_begin(list, form);
            if (SUCREF_I_TO_HALVES(form)) { sucref_i_build_halves(list, &v, l->n_in, 0, 1, 0); }
            else {
                const uint8_t flip = v.k == 0 ? v.flip : 0U;
                if (flip != 0) { v.flip = 0; }
                sucref_i_end_rows(list, 0, columns, sucref_i_put_view(sucref_i_rows_room(list, 0, 0), &v,
                                                                      SUCREF_I_PAD16(l->n_in), flip));
            }
            sucref_i_list_end(list, columns);
            cost = columns;
        }
        sucref_i_list_total(list, l, columns);
        return cost;
    }
    why.m = m; why.l = l; why.form = form; why.wide = 0;
    why.most = sucref_i_chunk_of(l, form, 0);
    if (list[SUCREF_I_LIST_FORM] != form) { sucref_i_list_begin(list, form); }
    for (; before < columns; before = end, p += SUCREF_I_GROUP) {
        end = sucref_i_u16(p);
        if (end > columns) { end = columns; }
        if (end > list[SUCREF_I_LIST_COLUMNS]) {
            uint32_t more;
            do { /* the second time as bytes */
                sucref_i_view v = *input;
                v.at = before; v.to = end;
                more = sucref_i_list_part(list, &why, &v);
                why.wide = !why.wide;
            } while (more == 0 && why.wide);
            why.wide = 0;
            cost += more;
            sucref_i_list_end(list, end);
        }
    }
    sucref_i_list_total(list, l, columns);
    return cost;
}

static uint32_t sucref_i_nonzero(sucref_i_view *v, uint32_t from, uint32_t to)
{
    sucref_i_run run;
    uint32_t i, n = 0;
    v->at = from; v->to = to;
    while (sucref_i_next_run(&run, v)) { for (i = 0; i < run.n; i++) { n += run.u[i] != 0; } }
    return n;
}

/* In place of a list, a part of the columns that changed, of those that the view yields. Returns 0, with no list made,
 * where it has no room or all that is not 0 is less. */
static int sucref_i_list_delta(uint32_t *list, const sucref_model *m, const sucref_layer *l, sucref_i_view *v,
                               unsigned form)
{
    const uint32_t from = v->at, to = v->to;
    uint32_t nonzero = from > 0;
    sucref_i_purpose why;
    sucref_i_list_begin(list, form);
    why.m = m; why.l = l; why.form = form; why.wide = 0;
    why.most = sucref_i_chunk_of(l, form, 1);
    if (sucref_i_list_part(list, &why, v) == 0) { return 0; }
    sucref_i_list_total(list, l, to);
    v->old = NULL;
    nonzero += sucref_i_nonzero(v, from, to);
    if (list[SUCREF_I_LIST_COUNT] >= nonzero) { nonzero += sucref_i_nonzero(v, 0, from); } /* those are unchanged */
    return list[SUCREF_I_LIST_COUNT] < nonzero;
}

/* two blocks of 8 rows of whole weights, the second one `next` bytes behind the first, by one part */
static inline void sucref_i_dot_two(uint32_t *acc, const uint8_t *p, const uint32_t *part, uint32_t next)
{
    if (SUCREF_I_BY_SIMD(part)) { sucref_i_dot_simd(acc, p, part, 8, 2, next); }
    else { sucref_i_dot8_two(acc, p, part + SUCREF_I_PART_HEAD, next); }
    (void)acc; (void)p; (void)next;
}

/* acc[0 .. rows-1], at most 16, from `row` on, a multiple of 16: the sums of digit * x over the first columns of a
 * list, where one of its parts ends, or of w * x for full bytes, modulo 2^32; of a delta, what grew less what fell.
 * They are added to what is there, which of halves is nothing, and so is sucref_i_over. */
static void sucref_i_dot(uint32_t *acc, const sucref_i_plane *p, const uint32_t *list, uint32_t columns, uint32_t row,
                         uint32_t rows)
{
    const uint32_t *part;
    uint32_t done = 0, i;
    if (SUCREF_I_IS_ROWS(p)) {
        if (columns > 0) { sucref_i_dot_rows(acc, p, list + SUCREF_I_LIST_HEAD, row, SUCREF_I_PAD4(rows)); }
        return;
    }
    if (SUCREF_I_IS_HALVES(p)) {
        if (columns > 0) {
            part = list + SUCREF_I_LIST_HEAD;
            sucref_i_dot_halves(acc, p, part + SUCREF_I_PART_HEAD, part[SUCREF_I_PART_SUM], row, rows, 1);
        }
        return;
    }
    while (columns > 0 && done < rows) {
        const sucref_i_block b = sucref_i_block_of(p, row + done);
        const int two = SUCREF_I_TWO && p->width == 8 && done == 0 && rows == 16 && p->n_rows >= row + 16U;
        for (part = list + SUCREF_I_LIST_HEAD;; part += part[SUCREF_I_PART_WORDS]) {
            const uint32_t second = part[SUCREF_I_PART_SECOND];
            if (two && SUCREF_I_BY_TWO(part)) {
                sucref_i_dot_two(acc, p->bytes + b.at + 8U * part[SUCREF_I_PART_BASE], part, 8U * p->n_in);
                if (part[SUCREF_I_PART_COLUMNS] >= columns) { break; }
                continue;
            }
            sucref_i_dot_block(acc + done, p->bytes + b.at, part, part + SUCREF_I_PART_HEAD, b.rows, p);
            if (two) {
                sucref_i_dot_block(acc + 8, p->bytes + b.at + 8U * p->n_in, part, part + SUCREF_I_PART_HEAD, 8, p);
            }
            if (SUCREF_I_STOPS && second != 0) { /* the whole list: what grew less what fell */
                for (i = done; i < done + b.rows; i++) { acc[i] = 0U - acc[i]; }
                sucref_i_dot_block(acc + done, p->bytes + b.at, part, part + second, b.rows, p);
                for (i = done; i < done + b.rows; i++) { acc[i] = 0U - acc[i]; }
            }
            if (part[SUCREF_I_PART_COLUMNS] >= columns) { break; }
        }
        done += two ? 16U : b.rows;
    }
}

/* what that adds too much to each row */
static uint32_t sucref_i_over(const uint32_t *list, uint32_t columns)
{
    const uint32_t *part = list + SUCREF_I_LIST_HEAD;
    uint32_t over = 0, end = 0;
    for (; end < columns; part += part[SUCREF_I_PART_WORDS]) {
        over += part[SUCREF_I_PART_OVER];
        end = part[SUCREF_I_PART_COLUMNS];
    }
    return over;
}

/* ---- net: implementation -----------------------------------------------------------------------------------------
 * Work buffer:  lists | tensors, each at its place
 *               | per kept layer: accumulators [n_out], sums of inputs [groups], previous input [n_in bytes]
 *               | marks [tensors]: of a stop's tensors the lowest channel that changed, 2^16 times those with a value
 *               | logits [n_out] | two answer records: stop, work, logits [n_out], activations [n_out bytes]
 *
 * The first layer's list stands at the front of the lists' part, the list of another layer at its end: what that leaves
 * of a list that is to be kept serves the next stop.
 *
 * An accumulator of a nested plan holds sum_c floor(v_c / 2^k) * u_c, that of a plan `8` or a final `8`
 * sum_c w_c * u_c, modulo 2^32; a new plane of width b makes it  acc * 2^b + digits * u. sucref_i_finish turns it into
 * METHOD 2's z.
 *
 * A step is made of quanta: the start of a layer's row group (decide what its rows need, read the input into the list),
 * or rows at a position of a picture, as many as are worth it, whose list is made before its first row. What has no
 * weights goes by 256 bytes at most. Nothing of a quantum survives it but finished outputs, the list, and which windows
 * share it (slid) or had none (wide). */

enum { SUCREF_I_ROWS = 16, SUCREF_I_FEW_COLUMNS = 256, SUCREF_I_FEW = 32, SUCREF_I_BYTES = 256,
       SUCREF_I_ENOUGH = 5000, SUCREF_I_ROW_COST = 12, SUCREF_I_SOFTMAX_COST = 256,
       SUCREF_I_NONE = 0xFF };
/* sucref_net.state; LISTED: the list of the position at hand is there, none of its rows is; ANSWER: all outputs are */
enum { SUCREF_I_IDLE = 0, SUCREF_I_FRESH, SUCREF_I_RUNNING, SUCREF_I_LISTED, SUCREF_I_ANSWER };

#define SUCREF_I_MOST_ROWS (SUCREF_I_BY_ROWS ? 2 * SUCREF_I_ROWS : SUCREF_I_ROWS)
#define SUCREF_I_RECORD_LEN(n_out) (2U + (n_out) + SUCREF_I_WORDS(n_out))

/* what a quantum costs at most, where that is not one list or one block of rows; products of rows are cheap */
static inline uint32_t sucref_i_enough(const sucref_model *m)
{
    return SUCREF_I_BY_ROWS && m->layout == SUCREF_LAYOUT_ROWS ? 8U * SUCREF_I_ENOUGH : (uint32_t)SUCREF_I_ENOUGH;
}

typedef struct { uint32_t tensors, kept, marks, logits, end; } sucref_i_places;

/* words of a kept layer's arrays */
static uint32_t sucref_i_kept_len(const sucref_layer *l)
{
    return SUCREF_I_KEEPS(l) ? l->n_out + l->n_groups + (l->from > 0 ? SUCREF_I_WORDS(l->n_in) : 0U) : 0U;
}

/* where the parts of the work buffer start */
static sucref_i_places sucref_i_places_of(const sucref_model *m)
{
    sucref_i_places at = { 0, 0, 0, 0, 0 };
    sucref_tensor t;
    sucref_layer l;
    uint32_t tensors = 0, kept = 0;
    unsigned n;
    for (n = 0; n < m->n_layers; n++) {
        sucref_model_layer(&l, m, n);
        if (sucref_i_list_len(m, &l) > at.tensors) { at.tensors = sucref_i_list_len(m, &l); }
        kept += sucref_i_kept_len(&l);
    }
    for (n = 1; n < m->n_tensors; n++) { /* a state may be one that no layer writes */
        sucref_model_tensor(&t, m, n);
        if (sucref_i_tensor_end(&t) > tensors) { tensors = sucref_i_tensor_end(&t); }
    }
    at.kept = at.tensors + tensors;
    at.marks = at.kept + kept;
    at.logits = at.marks + m->n_tensors;
    at.end = at.logits + m->n_out + 2U * SUCREF_I_RECORD_LEN(m->n_out);
    return at;
}

/* finds the list and the accumulators of the layer at hand */
static void sucref_i_find_layer(sucref_net *s, const sucref_layer *l)
{
    sucref_layer before;
    unsigned n;
    s->at_acc = s->at_kept;
    for (n = 0; SUCREF_I_STOPS && n < s->layer; n++) {
        sucref_model_layer(&before, s->model, n);
        s->at_acc += sucref_i_kept_len(&before);
    }
    s->at_list = (s->layer > 0 ? s->at_tensors - sucref_i_list_len(s->model, l) : 0U) + sucref_i_prepared_len(l);
}

static uint8_t *sucref_i_tensor_at(const sucref_net *s, unsigned tensor)
{
    sucref_tensor t;
    sucref_model_tensor(&t, s->model, tensor);
    return (uint8_t *)(s->work + s->at_tensors + t.place);
}

/* the states as they are before the first input */
static void sucref_i_reset_states(const sucref_net *s)
{
    sucref_tensor t;
    uint32_t i, bytes;
    unsigned n;
    for (n = 1; n < s->model->n_tensors; n++) {
        sucref_model_tensor(&t, s->model, n);
        bytes = (t.flags & SUCREF_TENSOR_STATE) ? sucref_i_tensor_bytes(&t) : 0U;
        for (i = 0; i < bytes; i++) { ((uint8_t *)(s->work + s->at_tensors + t.place))[i] = t.initial; }
    }
}

SUCREF_API size_t sucref_net_work_len(const sucref_model *m)
{
    const uint32_t words = m == NULL ? 0 : sucref_i_places_of(m).end;
    return words == (uint32_t)(size_t)words ? (size_t)words : 0;
}

static uint32_t *sucref_i_record(const sucref_net *s, uint32_t which)
{
    return s->work + s->at_logits + s->model->n_out + (which & 1U) * SUCREF_I_RECORD_LEN(s->model->n_out);
}

/* makes the record that readers do not look at the current one: one byte changes, after all it names is written */
static void sucref_i_publish(sucref_net *s)
{
    SUCREF_BARRIER();
    s->sequence = s->sequence + 1U; /* wraps on purpose */
    SUCREF_BARRIER();
}

static void sucref_i_restart(sucref_net *s, const void *x, unsigned state)
{
    s->input = (const uint8_t *)x; s->input_bits = 8;
    s->spent = s->row = 0;
    s->layer = s->group = s->y = s->x = 0;
    s->stop = s->answer = s->reached = 0; s->previous = SUCREF_I_NONE;
    s->state = (uint8_t)state;
}

SUCREF_API int sucref_net_init(sucref_net *s, const sucref_model *m, uint32_t *work, size_t work_len)
{
    sucref_i_places at;
    uint32_t i;
    if (s == NULL || m == NULL || work == NULL) { return SUCREF_E_ARG; }
    at = sucref_i_places_of(m);
    if (work_len < at.end) { return SUCREF_E_SPACE; }
    for (i = 0; i < at.end; i++) { work[i] = 0; }
    s->model = m; s->work = work;
    s->at_tensors = at.tensors; s->at_kept = at.kept; s->at_marks = at.marks; s->at_logits = at.logits;
    s->at_list = s->at_acc = 0;
    s->changed = s->any = s->present = 0;
    s->mode = s->first_plane = s->last_plane = s->listed = s->prepared = s->wide = s->form = s->slid = 0;
    s->sequence = 0;
    sucref_i_restart(s, NULL, SUCREF_I_IDLE);
    sucref_i_reset_states(s);
    *sucref_i_record(s, 0) = SUCREF_I_NONE;
    return SUCREF_OK;
}

SUCREF_API int sucref_net_set_input(sucref_net *s, const void *x, size_t x_len)
{
    if (s == NULL || x == NULL) { return SUCREF_E_ARG; }
    if (x_len != s->model->n_in) { return SUCREF_E_RANGE; }
    *sucref_i_record(s, s->sequence + 1U) = SUCREF_I_NONE;
    sucref_i_publish(s);
    sucref_i_restart(s, x, SUCREF_I_FRESH);
    return SUCREF_OK;
}

SUCREF_API int sucref_net_set_input_bits(sucref_net *s, unsigned bits)
{
    if (s == NULL) { return SUCREF_E_ARG; }
    if (bits < 1 || bits > 8) { return SUCREF_E_RANGE; }
    s->input_bits = (uint8_t)bits;
    return SUCREF_OK;
}

SUCREF_API int sucref_net_start_at(sucref_net *s, unsigned stop)
{
    if (s == NULL) { return SUCREF_E_ARG; }
    if (s->state != SUCREF_I_FRESH || s->previous != SUCREF_I_NONE || s->spent != 0) { return SUCREF_E_STATE; }
    if (stop >= s->model->usable_stops) { return SUCREF_E_RANGE; }
    s->stop = (uint8_t)stop;
    return SUCREF_OK;
}

/* a tensor as the layer at hand reads it at a stop; at and to are the caller's to set */
static void sucref_i_set_view(sucref_i_view *v, const sucref_net *s, const sucref_layer *l, unsigned from,
                              unsigned stop)
{
    v->order = v->old = v->span = NULL;
    v->window = NULL;
    v->at = v->to = v->left = v->line = v->pitch = v->lines = v->skip = v->column = 0;
    v->flip = v->k = v->old_k = v->fell = v->fill = v->tap_y = v->tap_x = 0;
    if (from == 0) {
        sucref_stop t;
        sucref_model_stop(&t, s->model, stop);
        v->bytes = s->input;
        if (l->flags & SUCREF_LAYER_INPUT_ORDER) { v->order = s->model->bytes + sucref_i_params_of(l).input_order; }
        v->flip = s->model->input_type == SUCREF_INPUT_S8 ? 0x80U : 0U;
        v->k = (uint8_t)(SUCREF_I_STOPS ? 8U - t.in_bits : 0U);
    } else {
        v->bytes = sucref_i_tensor_at(s, from);
    }
}

/* METHOD 3: from accumulator units to output units, zero point not yet added */
static int32_t sucref_i_requant(int32_t z, int32_t multiplier, int exponent, unsigned kind)
{
    if (kind == SUCREF_REQUANT_FLOOR) { return sucref_i_floor32(z, (unsigned)exponent); }
    if (kind == SUCREF_REQUANT_ROUND) {
        return exponent == 0 ? z /* else its halves, up: the last bit that is shifted out */
                             : sucref_i_floor32(z, (unsigned)exponent) +
                                   (int32_t)((uint32_t)z >> (exponent - 1) & 1U);
    }
    if (exponent > 0) { z = sucref_i_up(z, (unsigned)exponent); }
    return sucref_i_round_shift(sucref_i_mul31(z, multiplier), exponent < 0 ? (unsigned)-exponent : 0U);
}

#if !SUCREF_I_LONG
/* |R| of METHOD 3 for TFLITE of |z|, s = -exponent in 2..31: floor((|z| M + 2^30 - less + 2^(30 + s)) / 2^(31 + s)),
 * less: 1 where z < 0, else 0; with the product of 64 bits by halves; before the last shift all is below
 * 2^30 + 2^29 + 2^17 */
static uint32_t sucref_i_round_long(uint32_t z, uint32_t multiplier, unsigned s, uint32_t less)
{
    const uint32_t a = z >> 16, b = z & 0xFFFFU, c = multiplier >> 16, d = multiplier & 0xFFFFU, low = b * d,
                   mid = a * d + (low >> 16), more = b * c + (mid & 0xFFFFU),
                   carry = (more << 16 | (low & 0xFFFFU)) >= 0xC0000000U + less;
    return (a * c + (mid >> 16) + (more >> 16) + carry + ((uint32_t)1 << (s - 2U))) >> (s - 1U);
}
#endif

#if !SUCREF_I_LONG
/* R, s 2..31: at most 2^30 either way */
static int32_t sucref_i_round_exactly(int32_t z, int32_t multiplier, unsigned s)
{
    const uint32_t less = z < 0 ? 1U : 0U;
    const int32_t size = (int32_t)sucref_i_round_long(less ? 0U - (uint32_t)z : (uint32_t)z, (uint32_t)multiplier, s,
                                                      less);
    return less ? -size : size;
}
#endif

#if !SUCREF_I_LONG && !SUCREF_I_SMALL
/* a multiplier's upper half, rounded */
static inline uint16_t sucref_i_half_of(int32_t multiplier)
{
    return (uint16_t)(((uint32_t)multiplier + 0x8000U) >> 16);
}

/* below from part = floor(z 2^(6 - s)) and m, a multiplier's half; s 2..31 */
SUCREF_I_EACH sucref_i_rounded sucref_i_round_part(int32_t part, int32_t z, int32_t multiplier, uint16_t m, unsigned s)
{
    int32_t v;
    if (part != sucref_i_s16((uint16_t)part) && multiplier != 0) { return z < 0 ? -512 : 512; }
    v = sucref_i_mul16(sucref_i_s16((uint16_t)part), m) + 0x100000;
    if (s < 9) { v += z < 0 ? -(int32_t)((uint32_t)0x100000 >> s) : (int32_t)((uint32_t)0x100000 >> s); }
    if ((uint16_t)((((uint32_t)v >> 8) & 0x1FFFU) - 0x49U) >= 0x1F37U - 0x49U) { /* 2^14 + 2^11, 3 * 2^14 + 2^11 */
        return (int16_t)sucref_i_round_exactly(z, multiplier, s); /* not far beyond a byte */
    }
#  if SUCREF_KERNEL == SUCREF_QUADS
    const int16_t r = sucref_i_s16((uint16_t)((uint32_t)v >> 16));
    return (int16_t)(r >= 0 ? r >> 5 : ~(~r >> 5));
#  else
    return sucref_i_floor32(v, 21);
#  endif
}
#endif

/* R of METHOD 3 for TFLITE, as far as a byte can tell: beyond +-255 any number beyond them. Its two roundings are one,
 *
 *     R = floor((z M + 2^30 + 2^(30 + s)) / 2^(31 + s))     s = -exponent >= 1; less 2^31 above where z < 0
 *
 * and the last only turns halves away from 0. Without long products: z' = z / 2^(s - 6), rounded down where s > 6, is
 * beyond -2^15..2^15 - 1 where V = z M / 2^(31 + s) is beyond 2^8. Else V in units of 2^-21 is z' m to within
 *
 *     -|z'| / 2 >= -2^14  (m is M rounded to 15 bits)   and   |z'| / 2 + m <= 2^14 + 2^15  (the bits left out)
 *
 * and |z' m| <= 2^30; where the sum with 1/2 and +-2^-(s + 1), of which at most 2^11 is left out, too, is as near as
 * that to a step, the long way decides. */
SUCREF_I_EACH sucref_i_rounded sucref_i_round(int32_t z, int32_t multiplier, unsigned exponent) /* a byte, modulo 256 */
{
    const unsigned s = (256U - exponent) & 0xFFU;
    if (s - 2U > 29U) { /* below 2 or above 31 */
        const int32_t r = sucref_i_requant(z, multiplier, sucref_i_s8((uint8_t)exponent), SUCREF_REQUANT_TFLITE);
        return (sucref_i_rounded)(r > 512 ? 512 : r < -512 ? -512 : r);
    }
#if SUCREF_I_LONG
    {
        const uint32_t sign = (uint32_t)z & 0x80000000U, high = ((uint32_t)1 << (s - 2U)) - (sign >> 31);
        const uint64_t first = (uint64_t)high << 32 | sign | 0x40000000U,
                       sum = first + (uint64_t)((int64_t)z * multiplier);
        return sucref_i_floor32(sucref_i_s32((uint32_t)(sum >> 32)), s - 1U); /* the sum is modulo 2^64 */
    }
#elif SUCREF_I_SMALL
    {
        const int32_t r = sucref_i_round_exactly(z, multiplier, s);
        return (sucref_i_rounded)(r > 512 ? 512 : r < -512 ? -512 : r);
    }
#else
    {
        int32_t part;
        if (s >= 6) {
            part = sucref_i_floor32(z, s - 6U);
        } else {
            const int32_t most = (int32_t)(0x8000U >> (6U - s));
            part = z < -most || z >= most ? 0x8000 : z * (1 << (6U - s));
        }
        return sucref_i_round_part(part, z, multiplier, sucref_i_half_of(multiplier), s);
    }
#endif
}

/* piecewise linear: 33 knots over -32768..32768, values of 8 fraction bits */
static int32_t sucref_i_table(const uint8_t *knots, int32_t r)
{
    const uint32_t t = (uint32_t)((r > 32767 ? 32767 : r < -32768 ? -32768 : r) + 32768), i = t >> 11, f = t & 2047U;
    const int32_t a = sucref_i_s16(sucref_i_u16(knots + 2U * i)), b = sucref_i_s16(sucref_i_u16(knots + 2U * i + 2U));
    return sucref_i_floor32(a * 2048 + (b - a) * (int32_t)f + 262144, 19); /* + half, / (2048 * 256) */
}

/* does a byte of R tell all of a layer's activations? */
static inline int sucref_i_is_usual(const sucref_layer *l)
{
    return l->requant == SUCREF_REQUANT_TFLITE && l->act != SUCREF_ACT_LEAKY && l->act != SUCREF_ACT_TABLE;
}

/* the activation of z; table: its knots or bytes, for SUCREF_ACT_TABLE and _LOOKUP */
static uint8_t sucref_i_post(const sucref_layer *l, int32_t z, int32_t multiplier, int exponent, const uint8_t *table)
{
    const int32_t zero = l->act == SUCREF_ACT_TABLE ? 128 : l->out_zero;
    int32_t r = sucref_i_requant(z, multiplier, exponent, l->requant);
    if (l->act == SUCREF_ACT_LEAKY && r < 0) {
        r = sucref_i_sat32(sucref_i_floor64((int64_t)r * l->slope + 16384, 15));
    }
    if (l->act == SUCREF_ACT_TABLE) { r = sucref_i_table(table, r); }
    r = r < l->lo - zero ? l->lo : r > l->hi - zero ? l->hi : r + zero;
    return l->act == SUCREF_ACT_LOOKUP ? SUCREF_READ_U8(table + r) : (uint8_t)r;
}

/* a row's multiplier; its exponent */
static int32_t sucref_i_multiplier_of(int *exponent, const sucref_model *m, const sucref_layer *l,
                                      const sucref_i_params *at, uint32_t row)
{
    const uint32_t k = (l->flags & SUCREF_LAYER_PER_ROW) ? row : 0U;
    *exponent = sucref_i_s8(SUCREF_READ_U8(m->bytes + at->exponent + k));
    return sucref_i_s32(sucref_i_u32(m->bytes + at->multiplier + 4U * k));
}

static uint8_t sucref_i_activate(const sucref_model *m, const sucref_layer *l, const sucref_i_params *at, int32_t z,
                                 uint32_t row)
{
    int exponent;
    const int32_t multiplier = sucref_i_multiplier_of(&exponent, m, l, at, row);
    return sucref_i_post(l, z, multiplier, exponent, m->bytes + at->table);
}

/* the records of the group at hand, its layer and its stop, and where the layer's bytes are */
typedef struct {
    sucref_layer l;
    sucref_stop_group e;
    uint16_t lines, places; /* of a layer's outputs, in lines of so many places, */
    uint32_t outputs, most; /* how many are at a position, and what they cost there at most */
    uint8_t *to;
    sucref_group g;
    const uint32_t *rows;   /* the group's prepared rows, where outputs go the short way; else NULL */
    uint32_t stride, chunk; /* columns of a window's tap; what a chunk of its list holds */
    uint8_t bytes_only;     /* no lists of windows */
    uint8_t slides;         /* lists, one for each column of a window, that neighbours share; 0: one list */
    uint32_t row_cost;      /* of a row at a position, at most; and as many rows are a quantum */
    uint8_t step_rows, two_rows; /* at one position, and where one list serves two, else 0 */
    uint8_t windowed;       /* a list is for one position */
    uint8_t back;           /* from the last position to the first */
    uint8_t fills;          /* the first copy into its output, for an input the first time: also around the box */
    uint8_t runs;           /* a SUCREF_I_RUN_ */
    uint8_t through;        /* those of lists go on in the next line */
    uint16_t run;           /* most positions of one */
    uint16_t whole_from, whole_to; /* the places of a line where taps lie inside the picture */
    sucref_i_params at;
    sucref_tensor in, out;
    sucref_i_plane plane;   /* the group's last one */
    sucref_i_view from;
#if SUCREF_I_PICTURES
    sucref_i_view second;
#  define SUCREF_I_SECOND(h) (&(h)->second)
#else
#  define SUCREF_I_SECOND(h) (&(h)->from) /* dense layers have none */
#endif
} sucref_i_here;

/* runs: of windows as bytes, of 1 x 1 ones by lists, of others whose lists slide (both go by bytes while lists do not
 * pay), of windows as halves, of depthwise layers */
enum { SUCREF_I_RUN_NONE = 0, SUCREF_I_RUN_BYTES, SUCREF_I_RUN_LISTS, SUCREF_I_RUN_SLIDES, SUCREF_I_RUN_HALVES,
       SUCREF_I_RUN_DEPTHS };

/* of a copy's box: 0..2 y, x, c in the input, 3..5 in the output, 6..8 how many */
static uint32_t sucref_i_box(const sucref_model *m, const sucref_i_here *h, unsigned i)
{
    return sucref_i_u16(m->bytes + h->at.box + 2U * i);
}

#if SUCREF_I_MVE
static void sucref_i_activate_rows(uint8_t *u, uint32_t *acc, const sucref_model *m, const sucref_i_here *h,
                                   uint32_t first, uint32_t n);

typedef struct { int32x4_t lo, hi; int32_t zero; } sucref_i_clamp;
static inline sucref_i_clamp sucref_i_clamp_of(const sucref_layer *l)
{
    sucref_i_clamp c;
    c.lo = vdupq_n_s32(l->lo); c.hi = vdupq_n_s32(l->hi);
    c.zero = l->out_zero;
    return c;
}

/* METHOD 3 for TFLITE and a clamp, of four z at a time, and their bytes. VQRDMULH and VRSHL are the two roundings, once
 * 1 is taken from what is below 0 and shifted: |r| < 2^31, as M < 2^31. left: may exponents be above 0? halves: do
 * those below 0 count? */
SUCREF_I_MVE_EACH void sucref_i_four_bytes(uint8_t *u, int32x4_t z, int32x4_t m, int32x4_t e, const sucref_i_clamp *c,
                                       int left, int halves)
{
    const int32x4_t none = vdupq_n_s32(0), right = left ? vminq_s32(e, none) : e;
    int32x4_t r = vqrdmulhq_s32(left ? vqshlq_s32(z, vmaxq_s32(e, none)) : z, m);
    if (halves) { r = vaddq_s32(r, vshrq_n_s32(vandq_s32(r, right), 31)); }
    r = vrshlq_s32(r, right);
    r = left ? vqaddq_n_s32(r, c->zero) : vaddq_n_s32(r, c->zero);
    vstrbq_s32((int8_t *)u, vminq_s32(vmaxq_s32(r, c->lo), c->hi));
}

static inline const int32_t *sucref_i_words_at(const sucref_model *m, uint32_t at)
{
    return (const int32_t *)(const void *)(m->bytes + at);
}

/* the same of n rows, a multiple of 4, from `first` on, of their z */
SUCREF_I_EACH void sucref_i_four_rows(uint8_t *u, const uint32_t *acc, const sucref_model *m, const sucref_i_here *h,
                                      uint32_t first, uint32_t n)
{
    const sucref_i_clamp c = sucref_i_clamp_of(&h->l);
    const uint32_t step = (h->l.flags & SUCREF_LAYER_PER_ROW) ? 4U : 0U, k = step / 4U * first;
    const int32_t *mul = sucref_i_words_at(m, h->at.multiplier + 4U * k);
    const int8_t *exponent = (const int8_t *)(m->bytes + h->at.exponent + k);
    const uint8_t *const end = u + n;
    int32x4_t m4 = vdupq_n_s32(*mul), e4 = vdupq_n_s32(*exponent);
    for (; u < end; u += 4, acc += 4, mul += step, exponent += step) {
        if (step != 0) { m4 = vldrwq_s32(mul); e4 = vldrbq_s32(exponent); }
        sucref_i_four_bytes(u, vreinterpretq_s32_u32(vldrwq_u32(acc)), m4, e4, &c, 1, 1);
    }
}

/* activations of n rows, from `first` on, of their z */
SUCREF_I_ALONE static void sucref_i_activate_z(uint8_t *u, const uint32_t *acc, const sucref_model *m,
                                               const sucref_i_here *h, uint32_t first, uint32_t n)
{
    const uint32_t full = sucref_i_is_usual(&h->l) ? n & ~(uint32_t)3 : 0U;
    uint32_t i;
    sucref_i_four_rows(u, acc, m, h, first, full);
    for (i = 0; h->l.act == SUCREF_ACT_LOOKUP && i < full; i++) { u[i] = m->bytes[h->at.table + u[i]]; }
    for (i = full; i < n; i++) { u[i] = sucref_i_activate(m, &h->l, &h->at, sucref_i_s32(acc[i]), first + i); }
}

/* METHOD 2 without a correction, of rows whose group reads at most 16,384 columns:
 *
 *     z = bias + floor((2 a + max(2^k - 2^s, 0) S) / 2^(s + 1))    a as sucref_i_finish has it
 *
 * |2 a| <= 2^8 S and S <= 255 * 2^14, so that what is divided stays below 1.5 * 2^8 * 255 * 2^14 < 2^31 */
static void sucref_i_four_finish(uint32_t *acc, const sucref_model *m, const sucref_i_here *h, uint32_t sum,
                                 uint32_t first, uint32_t n)
{
    const unsigned k = 8U - h->e.bits;
    const uint32_t *bias = (const uint32_t *)(const void *)(m->bytes + h->at.bias) + first;
    const uint8_t *shift = m->bytes + h->at.shift + first;
    const uint32x4_t one = vdupq_n_u32(1), most = vdupq_n_u32((uint32_t)1 << k);
    const uint32_t *const end = acc + n;
    for (; acc < end; acc += 4, bias += 4, shift += 4) {
        const int32x4_t s = vldrbq_s32((const int8_t *)shift);
        uint32x4_t z = vsubq_n_u32(vshlq_r_u32(vldrwq_u32(acc), (int32_t)k + 1), sum << 8);
        z = vaddq_u32(z, vmulq_n_u32(vqsubq_u32(most, vshlq_u32(one, s)), sum));
        z = vreinterpretq_u32_s32(vshlq_s32(vreinterpretq_s32_u32(z), vnegq_s32(vaddq_n_s32(s, 1))));
        vstrwq_u32(acc, vaddq_u32(z, vldrwq_u32(bias)));
    }
}
#endif

/* ---- rows of a picture's layer, whose constants serve every position ----
 * A prepared row is, with a = zero point - lo and R as sucref_i_round has it,
 *
 *     long products    c = bias M + 2^30 + 2^(30 + s) + a 2^(31 + s), low and high word;  M;  s - 1
 *                      u - lo = floor((sum M + c) / 2^(31 + s))
 *     else             bias;  2^20 + 2^(20 - s) + a 2^21 - 0x4002;  m;  2^(s + 9) + 256 (k + 6 - s) + k
 *                      u - lo = floor(((z >> k) m + c) / 2^21), unless that is near a step
 *
 * before the clamp. Halves below 0 count where lo is below the zero point: what is less than 2^31 above a step goes the
 * long way, then, of s = 1 all. Rows are prepared of whole weights, without correction, requantized as TFLITE with
 * 2 <= s <= 22, of long products 1 <= s; a few others, made to be halves always, may be among them. */

static inline int sucref_i_is_short(unsigned s) { return s >= (SUCREF_I_LONG ? 1U : 2U) && s <= 22U; }

/* may the rows of the group at hand go the short way? 2: but for some. Asked of the records alone */
static int sucref_i_preparable(const sucref_net *s, const sucref_i_here *h)
{
    const uint32_t k = (h->l.flags & SUCREF_LAYER_PER_ROW) ? h->g.n_rows : 1U,
                   from = (h->l.flags & SUCREF_LAYER_PER_ROW) ? h->g.first_row : 0U;
    uint32_t i, others = 0;
    if ((SUCREF_I_KIND(&h->l) != SUCREF_KIND_CONV && SUCREF_I_KIND(&h->l) != SUCREF_KIND_DEPTHWISE) ||
        h->e.correction_offset != 0 ||
        !sucref_i_own_bytes(&h->l, h->e.bits) || h->l.requant != SUCREF_REQUANT_TFLITE ||
        h->l.act > SUCREF_ACT_RELU6 || s->layer == s->answer) {
        return 0;
    }
    for (i = from; i < from + k; i++) {
        const unsigned shift = 256U - SUCREF_READ_U8(s->model->bytes + h->at.exponent + i);
        others += (SUCREF_I_MVE ? (shift & 0xFFU) > 128U : !sucref_i_is_short(shift)) && /* MVE: no left shifts */
                  sucref_i_u32(s->model->bytes + h->at.multiplier + 4U * i) != 0;
    }
    return others == 0 ? 1 : !SUCREF_I_MVE && 8U * others <= k ? 2 : 0;
}

#if SUCREF_I_MVE
static uint32_t sucref_i_prepare_rows(const sucref_net *s, const sucref_i_here *h)
{
    (void)s; (void)h;
    return 1; /* the file's parameters serve as they are */
}

/* activations of n rows, a multiple of 4, with a multiplier each, from their sums, at so many positions: bytes from one
 * to the next, words from one's sums to the next one's. halves: as above */
SUCREF_I_MVE_EACH void sucref_i_finish_four(uint8_t *u, int32_t bytes, const uint32_t *acc, uint32_t words,
                                            uint32_t positions, const sucref_net *s, const sucref_i_here *h,
                                            uint32_t first, uint32_t n, int halves)
{
    const sucref_i_clamp c = sucref_i_clamp_of(&h->l);
    const int32_t *const biases = sucref_i_words_at(s->model, h->at.bias + 4U * first),
                  *const multipliers = sucref_i_words_at(s->model, h->at.multiplier + 4U * first);
    const int8_t *const exponents = (const int8_t *)(s->model->bytes + h->at.exponent + first);
    for (; positions > 0; positions--, u += bytes, acc += words) {
        const int32_t *bias = biases, *mul = multipliers, *sum = (const int32_t *)acc;
        const int8_t *e = exponents;
        uint8_t *to = u, *const end = u + n;
        do {
            const int32x4_t z = vaddq_s32(vldrwq_s32(sum), vldrwq_s32(bias));
            sucref_i_four_bytes(to, z, vldrwq_s32(mul), vldrbq_s32(e), &c, 0, halves);
            sum += 4; bias += 4; mul += 4; e += 4; to += 4;
        } while (to < end);
    }
}

/* the same of any number of rows, and of layers with one multiplier */
SUCREF_I_ALONE SUCREF_I_FAST static void sucref_i_finish_places(uint8_t *u, int32_t bytes, uint32_t *acc,
                                                                uint32_t words, uint32_t positions,
                                                                const sucref_net *s, const sucref_i_here *h,
                                                                uint32_t row, uint32_t n)
{
    const uint32_t full = (h->l.flags & SUCREF_LAYER_PER_ROW) ? n & ~(uint32_t)3 : 0U, first = h->g.first_row + row;
    uint32_t k;
    if (full == 0) {
    } else if (h->l.lo < h->l.out_zero) {
        sucref_i_finish_four(u, bytes, acc, words, positions, s, h, first, full, 1);
    } else {
        sucref_i_finish_four(u, bytes, acc, words, positions, s, h, first, full, 0);
    }
    for (k = 0; full < n && k < positions; k++, u += bytes, acc += words) {
        sucref_i_activate_rows(u + full, acc + full, s->model, h, first + full, n - full);
    }
}
#else
/* what is added to a row's sum: its bias, and what d leaves out of it */
static uint32_t sucref_i_bias_of(const sucref_net *s, const sucref_i_here *h, uint32_t row)
{
    const uint32_t bias = sucref_i_u32(s->model->bytes + h->at.bias + 4U * row);
    return s->form == SUCREF_I_CENTRED ? bias + h->l.in_zero * sucref_i_u32(s->model->bytes + h->at.sums + 4U * row)
                                       : bias;
}

static void sucref_i_prepare_row(uint32_t *to, int32_t bias, int32_t mul, unsigned shift, int32_t above)
{
    if (mul == 0) { shift = 2; }
    if (!sucref_i_is_short(shift)) { /* a half whatever its sum */
        to[0] = SUCREF_I_LONG ? 0U : (uint32_t)bias;
        to[1] = SUCREF_I_LONG ? 0U : 0x1FFFFFU;
        to[2] = 0;
        to[3] = SUCREF_I_LONG ? 31U : 0x80000000U;
        return;
    }
#if SUCREF_I_LONG
    {
        const int64_t c = (int64_t)bias * mul + 0x40000000 + ((int64_t)1 << (30U + shift)) +
                          above * ((int64_t)1 << (31U + shift)); /* < 2^62 + 2^52 + 2^61 */
        to[0] = (uint32_t)c; to[1] = (uint32_t)((uint64_t)c >> 32); /* modulo 2^32 */
        to[2] = (uint32_t)mul; to[3] = shift - 1U;
    }
#else
    {
        const unsigned drop = shift < 6U ? 10U + shift : 16U;
        to[0] = (uint32_t)bias;
        to[1] = (uint32_t)((int32_t)(0x100000 - 0x4002) + (int32_t)((uint32_t)0x100000 >> shift) +
                           above * (int32_t)0x200000);
        to[2] = ((uint32_t)mul + ((uint32_t)1 << (drop - 1U))) >> drop;
        to[3] = (mul != 0 ? (uint32_t)1 << (shift + 9U) : 0x80000000U) |
                (shift > 6U ? shift - 6U : (6U - shift) << 8);
    }
#endif
}

/* prepares the group's rows; returns the cost */
static uint32_t sucref_i_prepare_rows(const sucref_net *s, const sucref_i_here *h)
{
    const uint32_t step = (h->l.flags & SUCREF_LAYER_PER_ROW) ? 1U : 0U;
    uint32_t *to = s->work + s->at_list - sucref_i_prepared_len(&h->l) + SUCREF_I_PREPARED * h->g.first_row, r;
    for (r = h->g.first_row; r < h->g.first_row + h->g.n_rows; r++, to += SUCREF_I_PREPARED) {
        sucref_i_prepare_row(to, sucref_i_s32(sucref_i_bias_of(s, h, r)),
                             sucref_i_s32(sucref_i_u32(s->model->bytes + h->at.multiplier + 4U * (step * r))),
                             256U - SUCREF_READ_U8(s->model->bytes + h->at.exponent + step * r),
                             (int32_t)h->l.out_zero - h->l.lo);
    }
    return h->g.n_rows * (uint32_t)SUCREF_I_ROW_COST;
}

/* the long way */
SUCREF_I_ALONE static uint32_t sucref_i_exact_row(const sucref_net *s, const sucref_i_here *h, uint32_t sum,
                                                  uint32_t row)
{
    const uint32_t bias = sucref_i_bias_of(s, h, row);
#if !SUCREF_I_LONG
    int exponent;
    const int32_t multiplier = sucref_i_multiplier_of(&exponent, s->model, &h->l, &h->at, row),
                  z = sucref_i_s32(sum + bias);
    if (exponent <= -2 && exponent >= -31) {
        const int32_t range = (int32_t)h->l.hi - h->l.lo, above = (int32_t)h->l.out_zero - h->l.lo,
                      r = sucref_i_round_exactly(z, multiplier, (unsigned)-exponent) + above;
        return (uint32_t)(r < 0 ? 0 : r < range ? r : range);
    }
#endif
    return (uint32_t)sucref_i_activate(s->model, &h->l, &h->at, sucref_i_s32(sum + bias), row) - h->l.lo;
}

/* of the 21 bits behind the point: from here on a step is near, of sums that are 0x4002 less */
#define SUCREF_I_NOT_NEAR (0x1FFFFFU - 0x4002U - 0xC003U)

/* u - lo of a prepared row from its sum; halves: do those below 0 count? near: 1 where only the long way knows */
SUCREF_I_EACH uint32_t sucref_i_short_row(int *near, uint32_t sum, const uint32_t *row, uint32_t range, int halves)
{
    uint32_t r = 0;
#if SUCREF_I_LONG
    const int64_t t = (int64_t)((uint64_t)row[1] << 32 | row[0]) + (int64_t)sucref_i_s32(sum) * (int32_t)row[2];
    const int32_t high = (int32_t)sucref_i_floor64(t, 32), v = sucref_i_floor32(high, (unsigned)row[3]);
    r = (uint32_t)v > range ? (v < 0 ? 0U : range) : (uint32_t)v;
    if (halves) { *near = (uint32_t)high << 1 << (31U - row[3]) == 0; }
#else
    const int32_t z = sucref_i_s32(sum + row[0]);
    if (z > 0 || halves) {
        const unsigned k = (unsigned)(row[3] & 0xFFU), s = k + 6U - (unsigned)(row[3] >> 8 & 7U);
        if ((uint32_t)(z < 0 ? -1 - z : z) >= row[3]) { return z < 0 ? 0U : range; }
        {
            int32_t v = sucref_i_floor32(z, k) * (int32_t)row[2] + sucref_i_s32(row[1]);
            if (halves && z < 0) { v -= (int32_t)((uint32_t)0x200000 >> s); }
            *near = ((uint32_t)v & 0x1FFFFFU) >= SUCREF_I_NOT_NEAR;
            if (v > 0) {
                r = (uint32_t)v >> 21;
                r = r > range ? range : r;
            }
        }
    }
#endif
    return r;
}

/* activations of n prepared rows from their sums */
SUCREF_I_EACH void sucref_i_finish_each(uint8_t *u, const uint32_t *acc, const uint32_t *row, const sucref_net *s,
                                        const sucref_i_here *h, uint32_t first, uint32_t n, int halves)
{
    const uint32_t lo = h->l.lo, range = (uint32_t)h->l.hi - lo;
    uint32_t i;
    for (i = 0; i < n; i++, row += SUCREF_I_PREPARED) {
        int near = 0;
        uint32_t r = sucref_i_short_row(&near, acc[i], row, range, halves);
        if (near) { r = sucref_i_exact_row(s, h, acc[i], first + i); }
        u[i] = (uint8_t)(r + lo);
    }
}

/* The same of rows whose activations reach from 0 to 255, as far as rows that need the long way are not among them:
 * returns how many were left; of halves those below 0 count, too. */
#if defined(SUCREF_I_ASM) && defined(__thumb2__)
/* r0 u  r1 acc  r2 row  r3 n, at least 1  r4 to r8 a sum and its row's words */
#  define SUCREF_I_FINISH_ROW(tie)                                                                                     \
        "ldr r4, [r1], #4\n\tldmia r2!, {r5-r8}\n\tsmlal r5, r6, r7, r4\n\t" tie                                       \
        "asr r6, r6, r8\n\tusat r6, #8, r6\n\tstrb r6, [r0], #1\n\t"
#  define SUCREF_I_FINISH_TIE "rsb r4, r8, #32\n\tlsls r4, r6, r4\n\tbeq 3f\n\t" /* nothing behind the point */
#  define SUCREF_I_FINISH(tie)                                                                                         \
        __asm__ volatile("push {r4-r8, lr}\n\tlsls r4, r3, #31\n\tbmi 2f\n"                                           \
                         "1:\t" SUCREF_I_FINISH_ROW(tie) "subs r3, r3, #1\n"                                          \
                         "2:\t" SUCREF_I_FINISH_ROW(tie) "subs r3, r3, #1\n\tbne 1b\n3:\tmov r0, r3\n\tpop {r4-r8, pc}")
#  define SUCREF_I_FINISH_BYTES SUCREF_I_FINISH("")
#  define SUCREF_I_FINISH_HALVES SUCREF_I_FINISH(SUCREF_I_FINISH_TIE)
#elif defined(SUCREF_I_ASM) && !SUCREF_I_LONG
/* r0 u  r1 acc  r2 row  r3 z  r4 to r7 a row's words  r8 end of u  r9 where steps are near, times 2^11 */
typedef char sucref_i_near_is_known[SUCREF_I_NOT_NEAR << 11 == 0U - 0x8003000U ? 1 : -1];
#  define SUCREF_I_FINISH(below)                                                                                       \
        __asm__ volatile(".syntax unified\n\tpush {r4-r7, lr}\n\tmov r4, r8\n\tmov r5, r9\n\tpush {r4, r5}\n\t"        \
                         "adds r3, r3, r0\n\tmov r8, r3\n\tldr r4, 9f\n\tmov r9, r4\n"                              \
                         "1:\tldmia r2!, {r4-r7}\n\tldmia r1!, {r3}\n\tadds r3, r3, r4\n\t" below                      \
                         "cmp r3, r7\n\tbhs 4f\n\tlsrs r3, r3, r7\n\tmuls r3, r6, r3\n\tadds r3, r3, r5\n"             \
                         "8:\tlsls r4, r3, #11\n\tcmp r4, r9\n\tbhs 5f\n\tasrs r3, r3, #21\n\tbmi 3f\n\t"              \
                         "cmp r3, #255\n\tbhi 4f\n"                                                                    \
                         "2:\tstrb r3, [r0]\n\tadds r0, r0, #1\n\tcmp r0, r8\n\tbne 1b\n\tb 5f\n"                      \
                         "3:\tmovs r3, #0\n\tb 2b\n"                                                                   \
                         "4:\tmovs r3, #255\n\tb 2b\n"                                                                 \
                         "5:\tmov r3, r8\n\tsubs r0, r3, r0\n\tpop {r4, r5}\n\tmov r8, r4\n\tmov r9, r5\n\t"           \
                         "pop {r4-r7, pc}\n"                                                                           \
                         "7:\tmvns r4, r3\n\tcmp r4, r7\n\tbhs 3b\n\tasrs r3, r3, r7\n\tmuls r3, r6, r3\n\t"           \
                         "adds r3, r3, r5\n\tlsrs r4, r7, #8\n\tmovs r5, #7\n\tands r4, r4, r5\n\tuxtb r7, r7\n\t"     \
                         "adds r7, r7, #6\n\tsubs r7, r7, r4\n\tmovs r4, #1\n\tlsls r4, r4, #21\n\t"                   \
                         "lsrs r4, r4, r7\n\tsubs r3, r3, r4\n\tb 8b\n\t.p2align 2\n9:\t.word 0xF7FFD000")
#  define SUCREF_I_FINISH_BYTES SUCREF_I_FINISH("ble 3f\n\t")
#  define SUCREF_I_FINISH_HALVES SUCREF_I_FINISH("bmi 7f\n\t") /* at 7 floor(z / 2^k) m + c - 2^(21 - s) */
#endif
#ifdef SUCREF_I_FINISH
SUCREF_I_NAKED static uint32_t sucref_i_finish_bytes(uint8_t *u, const uint32_t *acc, const uint32_t *row, uint32_t n)
{
    SUCREF_I_FINISH_BYTES;
}

SUCREF_I_NAKED static uint32_t sucref_i_finish_halves(uint8_t *u, const uint32_t *acc, const uint32_t *row, uint32_t n)
{
    SUCREF_I_FINISH_HALVES;
}

/* the rest behind that, `left` of n rows: one that needs the long way, and those behind it */
static void sucref_i_finish_fast(uint8_t *u, const uint32_t *acc, const uint32_t *row, const sucref_net *s,
                                 const sucref_i_here *h, uint32_t first, uint32_t n, uint32_t left, int halves)
{
    while (left > 0) {
        const uint32_t done = n - left + 1U;
        u += done; acc += done; first += done; row += SUCREF_I_PREPARED * done;
        u[-1] = (uint8_t)sucref_i_exact_row(s, h, acc[-1], first - 1U);
        if ((n = left - 1U) == 0) { break; }
        left = halves ? sucref_i_finish_halves(u, acc, row, n) : sucref_i_finish_bytes(u, acc, row, n);
    }
}
#  define SUCREF_I_FINISHES(l) ((l)->lo == 0 && (l)->hi == 255)
#else
#  define SUCREF_I_FINISHES(l) 0
#  define sucref_i_finish_bytes(u, acc, row, n) 0U
#  define sucref_i_finish_halves(u, acc, row, n) 0U
#  define sucref_i_finish_fast(u, acc, row, s, h, first, n, left, halves) ((void)(left))
#endif

/* are there outputs that lie in the middle between two? */
static inline int sucref_i_has_halves(const sucref_net *s, const sucref_i_here *h)
{
    return h->l.lo < h->l.out_zero || (SUCREF_I_LONG && s->prepared == 2);
}

/* activations of n prepared rows, of which `left` are still to be done */
SUCREF_I_ALONE static void sucref_i_finish_rows(uint8_t *u, const uint32_t *acc, const uint32_t *row,
                                                const sucref_net *s, const sucref_i_here *h, uint32_t first,
                                                uint32_t n, uint32_t left)
{
    const int halves = sucref_i_has_halves(s, h);
    if (SUCREF_I_FINISHES(&h->l)) {
        if (SUCREF_I_LONG) {
            left = halves ? sucref_i_finish_halves(u, acc, row, n) : sucref_i_finish_bytes(u, acc, row, n);
        }
        sucref_i_finish_fast(u, acc, row, s, h, first, n, left, halves);
    } else if (halves) {
        sucref_i_finish_each(u, acc, row, s, h, first, n, 1);
    } else { sucref_i_finish_each(u, acc, row, s, h, first, n, 0); }
}

/* of rows at so many positions: bytes from one to the next, words from one's sums to the next one's */
static inline void sucref_i_finish_places(uint8_t *u, int32_t bytes, const uint32_t *acc, uint32_t words,
                                          uint32_t positions, const sucref_net *s, const sucref_i_here *h,
                                          uint32_t row, uint32_t n)
{
    const uint32_t *const rows = h->rows + SUCREF_I_PREPARED * row;
    const int fast = SUCREF_I_FINISHES(&h->l), halves = sucref_i_has_halves(s, h),
              all = fast && SUCREF_I_LONG && !halves; /* none has a long way */
    for (; positions > 0; positions--, u += bytes, acc += words) {
        if (all) {
            (void)sucref_i_finish_bytes(u, acc, rows, n);
        } else {
            const uint32_t left = !fast || SUCREF_I_LONG ? n /* few layers: not worth the room here */
                                  : halves               ? sucref_i_finish_halves(u, acc, rows, n)
                                                         : sucref_i_finish_bytes(u, acc, rows, n);
            if (left > 0) { sucref_i_finish_rows(u, acc, rows, s, h, h->g.first_row + row, n, left); }
        }
    }
}
#endif

static void sucref_i_load_group(sucref_i_here *h, const sucref_net *s)
{
    if (!SUCREF_I_WEIGHS(&h->l)) { return; }
    sucref_model_group(&h->g, s->model, (unsigned)h->l.first_group + s->group);
    sucref_model_stop_group(&h->e, s->model, s->stop, (unsigned)h->l.first_group + s->group);
    h->outputs = h->g.n_rows;
    h->stride = SUCREF_I_KIND(&h->l) == SUCREF_KIND_CONV ? h->g.n_columns / sucref_i_taps(&h->l) : h->in.channels;
    h->plane = sucref_i_plane_of(s->model->bytes + h->g.plane_offset[h->l.n_planes - 1U], h->g.n_rows, h->g.n_columns,
                                 h->l.plan[h->l.n_planes - 1U], sucref_i_layout(s->model, &h->l));
    h->most = SUCREF_I_PAD4(h->outputs) * (h->g.n_columns * (uint32_t)h->l.n_planes + SUCREF_I_ROW_COST) +
              2U * h->g.n_columns;
}

/* the positions of a layer's output, and how many bytes are made at each */
static void sucref_i_load_positions(sucref_i_here *h, const sucref_net *s)
{
    h->lines = h->out.height; h->places = h->out.width;
    h->outputs = h->out.channels;
    h->windowed = (uint8_t)(SUCREF_I_KIND(&h->l) == SUCREF_KIND_CONV);
    h->fills = (uint8_t)(SUCREF_I_KIND(&h->l) == SUCREF_KIND_COPY && h->out.first == s->layer &&
                         /* and of an input once: other copies may rest */
                         !(h->out.flags & SUCREF_TENSOR_STATE) && s->layer >= s->reached);
    switch (SUCREF_I_KIND(&h->l)) {
    case SUCREF_KIND_DENSE:
        h->lines = h->places = 1;
        h->windowed = (uint8_t)(SUCREF_I_PICTURES && (h->in.height > 1 || h->in.width > 1));
        break;
    case SUCREF_KIND_ADD: case SUCREF_KIND_MUL:
        h->outputs *= h->places;
        h->places = 1;
        break;
    case SUCREF_KIND_COPY:
        if (!h->fills) { h->lines = (uint16_t)sucref_i_box(s->model, h, 6); }
        h->outputs = h->fills ? h->outputs * h->places : sucref_i_box(s->model, h, 7) * sucref_i_box(s->model, h, 8);
        h->places = 1;
        if (sucref_i_box(s->model, h, 6) == 0) { /* all of it */
            h->lines = 1;
            h->outputs = sucref_i_tensor_bytes(&h->out);
            h->fills = 0;
        }
        break;
    case SUCREF_KIND_CONSTANT:
        h->lines = h->places = 1;
        h->outputs = h->l.n_out;
        break;
    default: break;
    }
    h->most = h->outputs * (SUCREF_I_KIND(&h->l) == SUCREF_KIND_SOFTMAX ? (uint32_t)SUCREF_I_SOFTMAX_COST
                                                             : sucref_i_taps(&h->l) + SUCREF_I_ROW_COST);
}

/* the columns that a group reads at this stop */
static inline uint32_t sucref_i_columns_of(const sucref_net *s, const sucref_group *g)
{
    return !SUCREF_I_STOPS || g->n_columns < s->present ? g->n_columns : s->present;
}

/* of a layer's input the channels that a group reads, from the first on; a vector's columns */
static uint32_t sucref_i_channels_of(const sucref_net *s, const sucref_i_here *h)
{
    const uint32_t n = sucref_i_group_channels(&h->l, &h->g, &h->in);
    return !SUCREF_I_STOPS || n < s->present ? n : s->present;
}

/* rows of a quantum at a position of a picture: fewer where the list is long, but always whole blocks of rows, of which
 * digits in slots below 8 bits have 16 (METHOD 4) */
static uint32_t sucref_i_step_rows(const sucref_layer *l, uint32_t columns)
{
    unsigned n;
    for (n = 0; columns > SUCREF_I_FEW_COLUMNS && n < l->n_planes && l->plan[n] > 4; n++) { }
    return columns > SUCREF_I_FEW_COLUMNS && n == l->n_planes ? 8U : (uint32_t)SUCREF_I_ROWS;
}

/* rows of a quantum at two positions; 0 where four rows would be too many */
static uint32_t sucref_i_rows_of_two(const sucref_model *m, uint32_t columns)
{
    const uint32_t n = sucref_i_enough(m) / (2U * (columns + SUCREF_I_ROW_COST)) & ~(uint32_t)3;
    return n < SUCREF_I_SHORT_ROWS ? n : (uint32_t)SUCREF_I_SHORT_ROWS;
}

/* Do windows share lists of their columns? Where each is long enough and there is a whole block of rows for it. */
static int sucref_i_slides(const sucref_i_here *h, const sucref_net *s)
{
    const uint32_t n = h->g.n_columns;
    return SUCREF_I_SLIDES && SUCREF_I_MAY_SLIDE(&h->l) && (h->from.flip | h->from.k) == 0 && !h->bytes_only &&
           n / h->l.kernel_w >= SUCREF_I_LONG_COLUMN && n <= SUCREF_I_BASE && SUCREF_I_PAD4(h->g.n_rows) % 8U == 0 &&
           (s->form == SUCREF_I_CENTRED || (s->form == SUCREF_I_OWN && h->in.zero == 0)) &&
           sucref_i_channels_of(s, h) == h->stride;
}

#if SUCREF_I_RUNS
/* what a position costs at most */
static uint32_t sucref_i_run_cost(const sucref_i_here *h)
{
    const uint32_t columns = h->g.n_columns;
    return SUCREF_I_KIND(&h->l) == SUCREF_KIND_DEPTHWISE
               ? h->g.n_rows * (columns + SUCREF_I_ROW_COST)
               : SUCREF_I_PAD4(h->g.n_rows) * (columns + SUCREF_I_ROW_COST) + 2U * columns;
}

/* the places of a line whose taps lie inside the picture from left to right */
static void sucref_i_whole_places(sucref_i_here *h)
{
    const uint32_t reach = (h->l.kernel_w - 1U) * h->l.dilation_w, width = h->in.width + (uint32_t)h->l.pad_left;
    const uint32_t end = width > reach ? (width - reach - 1U) / h->l.stride_w + 1U : 0U;
    h->whole_from = (uint16_t)((h->l.pad_left + (uint32_t)h->l.stride_w - 1U) / h->l.stride_w);
    h->whole_to = (uint16_t)(end < h->places ? end : h->places);
}

/* which runs the group at hand has */
static unsigned sucref_i_runs_of(const sucref_i_here *h, const sucref_net *s)
{
    const uint32_t read = sucref_i_channels_of(s, h);
    int plain;
    if (SUCREF_I_KIND(&h->l) == SUCREF_KIND_DENSE || SUCREF_I_LAYOUT(s->model) == SUCREF_LAYOUT_ROWS ||
        h->from.k != 0 || h->from.order != NULL) { return SUCREF_I_RUN_NONE; }
    if (SUCREF_I_KIND(&h->l) == SUCREF_KIND_DEPTHWISE) {
        return h->l.n_out == h->in.channels && h->from.flip == 0 && h->g.n_rows % 8U == 0 &&
               h->g.first_row + h->g.n_rows <= s->present ? SUCREF_I_RUN_DEPTHS : SUCREF_I_RUN_NONE;
    }
    if (read != h->stride || (sucref_i_taps(&h->l) > 1 && (read != h->in.channels || h->l.dilation_w != 1))) {
        return SUCREF_I_RUN_NONE; /* a window's line is not in one piece */
    }
    if (SUCREF_I_TO_HALVES(s->form)) { return SUCREF_I_RUN_HALVES; }
    if (!SUCREF_I_RUNS_OF_LISTS || (s->form != SUCREF_I_OWN && s->form != SUCREF_I_CENTRED) ||
        SUCREF_I_PAD4(h->g.n_rows) % 8U != 0 || h->g.n_columns > SUCREF_I_BASE) { return SUCREF_I_RUN_NONE; }
    plain = s->form == SUCREF_I_OWN && h->in.zero == 0 && h->from.flip == 0 && !h->bytes_only;
    if (!plain || (sucref_i_taps(&h->l) > 1 && h->slides == 0)) { return SUCREF_I_RUN_BYTES; }
    return h->slides != 0 ? SUCREF_I_RUN_SLIDES : SUCREF_I_RUN_LISTS;
}

static void sucref_i_pace_runs(sucref_i_here *h, const sucref_net *s)
{
    const uint32_t cost = sucref_i_run_cost(h);
    h->run = (uint16_t)(sucref_i_enough(s->model) / cost);
    h->runs = (uint8_t)(h->run == 0 && s->form != SUCREF_I_HALF ? 0U : sucref_i_runs_of(h, s));
    h->through = (uint8_t)(sucref_i_taps(&h->l) == 1 && h->l.stride_h == 1 && h->l.stride_w == 1 &&
                           h->places == h->in.width);
    if (h->runs != SUCREF_I_RUN_NONE) { sucref_i_whole_places(h); }
}
#endif

/* a window of so few columns and rows that a list of it costs more than it saves */
static int sucref_i_is_small(const sucref_i_here *h)
{
    if (SUCREF_I_FAMILY != SUCREF_PAIRS || SUCREF_I_KIND(&h->l) != SUCREF_KIND_CONV) { return 0; }
    if (sucref_i_taps(&h->l) == 1) { /* where pairs of positions are a quantum */
        const uint32_t rows = SUCREF_I_PAD4(h->g.n_rows), columns = h->g.n_columns;
        return SUCREF_I_PAIRS_OF_PLACES && columns <= SUCREF_I_FEW / 2U && rows % 8U == 0 &&
               2U * (rows * (columns + SUCREF_I_ROW_COST) + 2U * columns) <= SUCREF_I_ENOUGH;
    }
    return h->g.n_columns <= SUCREF_I_FEW && h->g.n_rows <= SUCREF_I_FEW;
}

/* are the group's windows never listed, but kept as bytes? A list of them would have parts, or is dear */
static int sucref_i_by_bytes(const sucref_net *s, const sucref_i_here *h)
{
    return SUCREF_I_WINDOWED(h) && (sucref_i_bytes_only(s->model, &h->l) || h->g.n_columns > SUCREF_I_BASE ||
                                    sucref_i_is_small(h));
}

/* how the group at hand, which was started, goes on */
static void sucref_i_pace(sucref_i_here *h, const sucref_net *s)
{
    const int conv = SUCREF_I_KIND(&h->l) == SUCREF_KIND_CONV;
    const uint32_t room = SUCREF_I_SHORT_ROWS * (SUCREF_I_HALVES ? 2U : 1U); /* for sums */
    h->rows = NULL;
    h->slides = 0;
    h->runs = SUCREF_I_RUN_NONE;
    h->step_rows = SUCREF_I_ROWS;
    h->two_rows = 0;
    if (!SUCREF_I_PICTURES || !SUCREF_I_WEIGHS(&h->l)) { return; }
    h->row_cost = h->g.n_columns * (uint32_t)(s->last_plane - s->first_plane) + SUCREF_I_ROW_COST;
    if (SUCREF_I_WINDOWED(h)) {
        h->step_rows = (uint8_t)sucref_i_step_rows(&h->l, h->g.n_columns);
        h->chunk = sucref_i_chunk_of(&h->l, s->form, 0);
        h->bytes_only = (uint8_t)(sucref_i_bytes_only(s->model, &h->l) ||
                                  (s->form != SUCREF_I_DIGITS && sucref_i_by_bytes(s, h)));
        if (sucref_i_slides(h, s)) { h->slides = h->l.kernel_w; }
    }
    if (s->prepared && s->mode == SUCREF_I_ALL) {
        h->rows = s->work + s->at_list - sucref_i_prepared_len(&h->l) + SUCREF_I_PREPARED * h->g.first_row;
        if ((SUCREF_I_HALVES || SUCREF_I_BY_ROWS) && conv && s->form >= SUCREF_I_HALF) {
            h->two_rows = (uint8_t)sucref_i_rows_of_two(s->model, h->g.n_columns);
        }
        while (h->step_rows >= SUCREF_I_ROWS && 2U * h->step_rows <= room &&
               2U * (h->step_rows * h->row_cost + (conv ? h->g.n_columns : 0U)) <= sucref_i_enough(s->model)) {
            h->step_rows = (uint8_t)(2U * h->step_rows);
        }
#if SUCREF_I_RUNS
        sucref_i_pace_runs(h, s);
#endif
        if (SUCREF_I_PAIRS_OF_PLACES && conv && !SUCREF_I_BESIDE(s->form) && h->runs != SUCREF_I_RUN_NONE &&
            !h->bytes_only) { /* room for two as bytes */
            h->two_rows = (uint8_t)(sucref_i_rows_of_two(s->model, h->g.n_columns) & ~(uint32_t)7);
        }
    }
}

/* Where lists did not pay the next positions go by bytes: an even number, so that they do by two. */
enum { SUCREF_I_WIDE_FOR = 16 };
static inline void sucref_i_go_wide(sucref_net *s, uint32_t positions)
{
    const uint32_t wide = s->wide == 0 ? 2U : s->wide + positions;
    s->wide = (uint8_t)(wide < SUCREF_I_WIDE_FOR ? wide : 0U);
}

/* how many positions the list at hand serves, or the next one will */
static unsigned sucref_i_positions(const sucref_net *s, const sucref_i_here *h)
{
    if (!SUCREF_I_PICTURES || h->two_rows == 0) { return 1; }
    if (!SUCREF_I_BESIDE(s->form)) {
        if (s->row != 0 || s->state == SUCREF_I_LISTED) {
            return s->work[s->at_list + SUCREF_I_LIST_HEAD + SUCREF_I_PART_KIND] == SUCREF_I_TWO_KIND ? 2U : 1U;
        }
        if (s->wide == 0) { return 1; }
    }
    return s->x + 1U < h->places || s->y + 1U < h->lines ? 2U : 1U;
}

static void sucref_i_load(sucref_i_here *h, const sucref_net *s)
{
    sucref_model_layer(&h->l, s->model, s->layer);
    sucref_i_place_params(&h->at, &h->l);
    sucref_model_tensor(&h->in, s->model, h->l.from);
    sucref_model_tensor(&h->out, s->model, h->l.to);
    sucref_i_set_view(&h->from, s, &h->l, h->l.from, s->stop);
#if SUCREF_I_PICTURES
    sucref_i_set_view(&h->second, s, &h->l, h->l.from2, s->stop);
#endif
    h->to = (uint8_t *)(s->work + s->at_tensors + h->out.place);
    h->back = (uint8_t)(SUCREF_I_PICTURES && h->l.from != 0 && h->out.place > h->in.place &&
                        sucref_i_share(&h->in, &h->out));
    h->g.n_rows = h->g.n_columns = 0;
    sucref_i_load_positions(h, s);
    sucref_i_load_group(h, s);
    sucref_i_pace(h, s);
}

/* an output changed */
static inline void sucref_i_changes(sucref_net *s, uint32_t row)
{
    if (row < s->any) { s->any = (uint16_t)row; }
}

/* ---- marks: what changed in a tensor, and what of it is there ---- */
static uint32_t *sucref_i_mark(const sucref_net *s, unsigned tensor) { return s->work + s->at_marks + tensor; }

static void sucref_i_lower_mark(const sucref_net *s, unsigned tensor, uint32_t changed, uint32_t present)
{
    uint32_t *mark = sucref_i_mark(s, tensor);
    if (changed > (*mark & 0xFFFFU)) { changed = *mark & 0xFFFFU; }
    if (present > *mark >> 16) { present = *mark >> 16; }
    *mark = present << 16 | changed;
}

static void sucref_i_start_marks(sucref_net *s)
{
    const int fresh = s->previous == SUCREF_I_NONE;
    sucref_tensor t;
    sucref_stop stop;
    unsigned n;
    sucref_model_stop(&stop, s->model, s->stop);
    s->answer = stop.answer;
    for (n = 0; n < s->model->n_tensors; n++) {
        sucref_model_tensor(&t, s->model, n);
        *sucref_i_mark(s, n) = (uint32_t)t.channels << 16 | (fresh ? 0U : SUCREF_I_UNCHANGED);
    }
    if (!fresh && sucref_i_input_changes(s->model, s->stop, s->previous)) { sucref_i_lower_mark(s, 0, 0, 0xFFFFU); }
}

/* the mark of the output of a layer that is done */
static void sucref_i_finish_mark(const sucref_net *s, const sucref_i_here *h)
{
    uint32_t changed = s->any, present;
    if (!SUCREF_I_STOPS) { return; }
    if (!SUCREF_I_WEIGHS(&h->l)) {
        sucref_i_passed_mark(s->model, &h->l, &h->out, s->changed, s->present, &changed, &present);
    } else {
        present = sucref_i_present(s->model, &h->l, s->stop);
        if (h->out.channels != h->l.n_out) { /* rows are no channels */
            present = present == h->l.n_out ? h->out.channels : 0U;
            if (changed != SUCREF_I_UNCHANGED) { changed = 0; }
        }
    }
    sucref_i_lower_mark(s, h->l.to, changed, present);
}

/* METHOD 2 without correction, k bits missing: z without its bias, of n rows with digits, whose shifts follow one
 * another:
 *
 *     (acc 2^k - 128 sum(u) + (2^(k - s) - 1) 2^s sum(u) / 2) / 2^s    the last term where k > s
 *
 * rounded down; |z 2^s| <= 128 sum(u) < 2^31 while digits keep their plan (_check), else it wraps. Bits that are 0 in
 * acc 2^k and would be shifted out are so from the rest before. */
SUCREF_I_ALONE static uint32_t sucref_i_uncorrected_rest(uint32_t sum, unsigned k, unsigned s)
{
    const uint32_t centre = k > s ? ((((uint32_t)1 << k) - ((uint32_t)1 << s)) * sum) >> 1 : 0U;
    return (uint32_t)sucref_i_floor32(sucref_i_s32(centre - (sum << 7)), s < k ? s : k);
}

static void sucref_i_uncorrected(uint32_t *acc, const uint8_t *shift, uint32_t sum, unsigned k, unsigned n)
{
    const uint32_t *const end = acc + n;
    uint32_t rest = 0;
    uint8_t last = 8;
    for (; acc < end; acc++) {
        const uint8_t s = SUCREF_READ_U8(shift++);
        if (s != last) {
            rest = sucref_i_uncorrected_rest(sum, k, s);
            last = s;
        }
        if (s <= k) { *acc = (*acc << (k - s)) + rest; }
        else { *acc = (uint32_t)sucref_i_floor32(sucref_i_s32(*acc + rest), s - k); }
    }
}

/* METHOD 2 with correction, k bits missing: z without its bias, of n rows of a group from `row` on, with c the group's
 * constants; less: 128 sum(u), or 0 where weights are whole */
static void sucref_i_corrected(uint32_t *acc, const uint8_t *c, const uint8_t *bias, const uint32_t group_rows,
                               uint32_t row, uint32_t n, uint32_t sum, uint32_t less, unsigned k)
{
    const uint8_t *alpha = c + 8U * group_rows + 2U * row, *beta = c + 4U * row, *gamma = beta + 4U * group_rows;
    const uint32_t *const end = acc + n;
    for (; acc < end; acc++, alpha += 2, beta += 4, gamma += 4, bias += 4) {
        const int64_t more = (int64_t)sucref_i_s16(sucref_i_u16(alpha)) * sucref_i_s32((*acc << k) - less) +
                             (int64_t)sucref_i_s32(sucref_i_u32(gamma)) * sucref_i_s32(sum); /* < 2^46 + 2^55 */
        *acc = (uint32_t)sucref_i_sat32(sucref_i_s32(sucref_i_u32(beta)) + sucref_i_floor64(more, 12)) -
               sucref_i_u32(bias);
    }
}

/* METHOD 2: z without its bias, of n rows of a group from `row` on, from their accumulators */
static void sucref_i_unbiased_rows(uint32_t *acc, const uint8_t *bytes, uint32_t sum, const sucref_layer *l,
                                   const sucref_i_params *at, const sucref_stop_group *e, const sucref_group *g,
                                   uint32_t row, uint32_t n)
{
    const int own = sucref_i_own_bytes(l, e->bits);
    const uint32_t r = g->first_row + row;
    const unsigned missing = own ? 0U : 8U - e->bits;
    if (SUCREF_I_STOPS && e->correction_offset != 0) {
        sucref_i_corrected(acc, bytes + e->correction_offset, bytes + at->bias + 4U * r, g->n_rows, row, n, sum,
                           own ? 0U : sum << 7, missing);
    } else if (!own) {
        sucref_i_uncorrected(acc, bytes + at->shift + r, sum, missing, (unsigned)n);
    }
}

/* z of a row */
static int32_t sucref_i_finish(const uint8_t *bytes, uint32_t sum, const sucref_layer *l, const sucref_i_params *at,
                               const sucref_stop_group *e, const sucref_group *g, uint32_t row, uint32_t acc)
{
    sucref_i_unbiased_rows(&acc, bytes, sum, l, at, e, g, row, 1);
    return sucref_i_s32(acc + sucref_i_u32(bytes + at->bias + 4U * (g->first_row + row)));
}

/* METHOD 3 for TFLITE and a clamp, of n rows from where the pointers are; their sums become their z */
SUCREF_I_EACH void sucref_i_plain_rows(uint8_t *u, uint32_t *acc, const sucref_layer *l, const uint8_t *bias,
                                       const uint8_t *multiplier, const uint8_t *exponent, uint32_t step, uint32_t n)
{
    const sucref_i_rounded lo = l->lo, above = (sucref_i_rounded)(l->out_zero - lo),
                           range = (sucref_i_rounded)(l->hi - lo);
    const uint8_t *const end = u + n;
    int32_t by = sucref_i_s32(SUCREF_READ_U32(multiplier));
    unsigned e = SUCREF_READ_U8(exponent);
#if !SUCREF_I_LONG && !SUCREF_I_SMALL
    if (step == 0 && by != 0 && 256U - e >= 9U && 256U - e <= 31U) { /* no small shift, always the same one */
        const unsigned s = 256U - e;
        const uint16_t m = sucref_i_half_of(by);
        for (; u < end; u++, acc++, bias += 4) {
            const int32_t z = sucref_i_s32(*acc + SUCREF_READ_U32(bias));
            const sucref_i_rounded r =
                (sucref_i_rounded)(sucref_i_round_part(sucref_i_floor32(z, s - 6U), z, by, m, s) + above);
            *acc = (uint32_t)z;
            *u = (uint8_t)((r < 0 ? 0 : r > range ? range : r) + lo);
        }
        return;
    }
#endif
    for (; u < end; u++, acc++, bias += 4) {
        const int32_t z = sucref_i_s32(*acc + SUCREF_READ_U32(bias));
        sucref_i_rounded r;
        if (step != 0) { /* else all rows have the first one's */
            by = sucref_i_s32(SUCREF_READ_U32(multiplier));
            e = SUCREF_READ_U8(exponent);
            multiplier += 4;
            exponent++;
        }
        r = (sucref_i_rounded)(sucref_i_round(z, by, e) + above);
        *acc = (uint32_t)z;
        *u = (uint8_t)((r < 0 ? 0 : r > range ? range : r) + lo);
    }
}

#if defined(SUCREF_I_ASM) && defined(__thumb2__)
/* The same of rows with one multiplier and a shift of 2 to 31, of activations from 0 to 255.
 * r0 u  r1 acc  r2 bias  r4 multiplier  r5 shift - 1  r6 zero point  r7 2^30  r8 2^(shift - 2)  r9 z */
#  define SUCREF_I_PLAIN_ROW                                                                                           \
        "ldr r9, [r1]\n\tldr r10, [r2], #4\n\tadd r9, r9, r10\n\tstr r9, [r1], #4\n\tasr r11, r9, #31\n\t"         \
        "eor r10, r7, r11, lsl #31\n\tadd r11, r11, r8\n\tsmlal r10, r11, r4, r9\n\tasr r11, r11, r5\n\t"           \
        "add r11, r11, r6\n\tusat r11, #8, r11\n\tstrb r11, [r0], #1\n\t"
SUCREF_I_NAKED static void sucref_i_plain_bytes(uint8_t *u, uint32_t *acc, const uint8_t *bias, uint32_t n,
                                                int32_t multiplier, uint32_t shift, uint32_t zero)
{
    __asm__ volatile("push {r4-r11, lr}\n\tldrd r4, r5, [sp, #36]\n\tldr r6, [sp, #44]\n\tmov r7, #0x40000000\n\t"
                     "movs r8, #1\n\tsubs r5, r5, #2\n\tlsl r8, r8, r5\n\tadds r5, r5, #1\n\tlsls r9, r3, #31\n\t"
                     "bmi 2f\n"
                     "1:\t" SUCREF_I_PLAIN_ROW "subs r3, r3, #1\n"
                     "2:\t" SUCREF_I_PLAIN_ROW "subs r3, r3, #1\n\tbne 1b\n\tpop {r4-r11, pc}");
}
#  define SUCREF_I_PLAIN_BYTES(l, e) ((l)->lo == 0 && (l)->hi == 255 && (e) - 2U <= 29U)
#else
#  define SUCREF_I_PLAIN_BYTES(l, e) 0
#  define sucref_i_plain_bytes(u, acc, bias, n, multiplier, shift, zero) ((void)0)
#endif

/* activations of n rows with whole weights and no correction, from `first` on; their sums become their z */
SUCREF_I_ALONE static void sucref_i_activate_rows(uint8_t *u, uint32_t *acc, const sucref_model *m,
                                                  const sucref_i_here *h, uint32_t first, uint32_t n)
{
    const uint32_t step = (h->l.flags & SUCREF_LAYER_PER_ROW) ? 1U : 0U, k = step * first;
    const uint8_t *bias = m->bytes + h->at.bias + 4U * first, *multiplier = m->bytes + h->at.multiplier + 4U * k,
                  *exponent = m->bytes + h->at.exponent + k, *table = m->bytes + h->at.table;
    uint32_t i;
#if SUCREF_I_MVE
    for (i = 0; i + 4U <= n; i += 4U) {
        vstrwq_s32((int32_t *)acc + i, vaddq_s32(vldrwq_s32((const int32_t *)acc + i),
                                                 vldrwq_s32(sucref_i_words_at(m, h->at.bias + 4U * (first + i)))));
    }
    for (; i < n; i++) { acc[i] += sucref_i_u32(bias + 4U * i); }
    sucref_i_activate_z(u, acc, m, h, first, n);
    return;
#endif
    if (!sucref_i_is_usual(&h->l)) {
        for (i = 0; i < n; i++, bias += 4, multiplier += 4U * step, exponent += step) {
            acc[i] += sucref_i_u32(bias);
            u[i] = sucref_i_post(&h->l, sucref_i_s32(acc[i]), sucref_i_s32(sucref_i_u32(multiplier)),
                                 sucref_i_s8(SUCREF_READ_U8(exponent)), table);
        }
        return;
    }
    if (step == 0 && SUCREF_I_PLAIN_BYTES(&h->l, 256U - SUCREF_READ_U8(exponent)) && n > 0) {
        sucref_i_plain_bytes(u, acc, bias, n, sucref_i_s32(SUCREF_READ_U32(multiplier)),
                             256U - SUCREF_READ_U8(exponent), h->l.out_zero);
    } else if (SUCREF_I_SMALL || step != 0) {
        sucref_i_plain_rows(u, acc, &h->l, bias, multiplier, exponent, SUCREF_I_SMALL ? step : 1U, n);
    } else {
        sucref_i_plain_rows(u, acc, &h->l, bias, multiplier, exponent, 0, n);
    }
    for (i = 0; h->l.act == SUCREF_ACT_LOOKUP && i < n; i++) { u[i] = SUCREF_READ_U8(table + u[i]); }
}

/* the layer's arrays, and from where on its input changed since the stop before */
static void sucref_i_start_layer(sucref_net *s, const sucref_layer *l)
{
    const int fresh = !SUCREF_I_STOPS || s->layer >= s->reached;
    uint32_t mark, room;
    sucref_i_find_layer(s, l);
    room = s->at_list - sucref_i_prepared_len(l); /* words of the lists' part that the layer leaves free */
    if (!SUCREF_I_STOPS) {
        s->answer = (uint8_t)(s->model->n_layers - 1U);
        s->present = 0xFFFFU; /* all of every tensor is there, and all is new */
        if (SUCREF_I_LISTS(l)) { sucref_i_list_begin(s->work + s->at_list, 0); }
        return;
    }
    if (s->layer == 0) { sucref_i_start_marks(s); }
    mark = *sucref_i_mark(s, l->from);
    s->changed = (uint16_t)(mark & 0xFFFFU); s->present = (uint16_t)(mark >> 16);
    if (SUCREF_I_KIND(l) == SUCREF_KIND_ADD || SUCREF_I_KIND(l) == SUCREF_KIND_MUL) {
        mark = *sucref_i_mark(s, l->from2);
        if ((mark & 0xFFFFU) < s->changed) { s->changed = (uint16_t)(mark & 0xFFFFU); }
        if (mark >> 16 < s->present) { s->present = (uint16_t)(mark >> 16); }
    }
    if (fresh) { s->changed = 0; } /* all of it is new to a layer behind the answer of the stop before */
    s->any = fresh ? 0U : SUCREF_I_UNCHANGED;
    if (s->layer == 0 && s->listed && !fresh) {
        sucref_i_list_cut(s->work, s->changed, s->at_tensors);
    } else {
        if (s->listed) { sucref_i_list_cut(s->work, 0xFFFFFFFFU, room); }
        if (s->layer == 0 || room < SUCREF_I_LIST_HEAD) {
            s->listed = (uint8_t)(s->layer == 0 && (l->flags & SUCREF_LAYER_KEEP_LIST));
        }
        if (SUCREF_I_LISTS(l)) { sucref_i_list_begin(s->work + s->at_list, 0); }
    }
}

/* a delta of the group's columns in place of its list; 0 where that does not pay */
static int sucref_i_start_delta(const sucref_net *s, const sucref_i_here *h)
{
    const unsigned form = s->form == SUCREF_I_DIGITS ? SUCREF_I_DIGITS : SUCREF_I_OWN;
    sucref_i_view v = h->from;
    sucref_stop before;
    sucref_model_stop(&before, s->model, s->previous);
    v.old = h->l.from > 0 ? (const uint8_t *)(s->work + s->at_acc + h->l.n_out + h->l.n_groups) : v.bytes;
    v.old_k = (uint8_t)(h->l.from > 0 ? 0U : 8U - before.in_bits);
    v.at = s->changed;
    v.to = sucref_i_columns_of(s, &h->g);
    return sucref_i_list_delta(s->work + s->at_list, s->model, &h->l, &v, form);
}

/* the position at hand in the layer's output */
static void sucref_i_position(const sucref_net *s, const sucref_i_here *h, uint32_t *y, uint32_t *x)
{
    *y = SUCREF_I_PICTURES && h->back ? h->lines - 1U - s->y : s->y;
    *x = SUCREF_I_PICTURES && h->back ? h->places - 1U - s->x : s->x;
}

/* ---- layers without lists: depthwise, pools, sums, copies ---- */
/* a byte of a tensor as a layer reads it */
static inline uint32_t sucref_i_at(const sucref_i_view *v, uint32_t i)
{
    return sucref_i_cut((uint32_t)(v->bytes[i] ^ v->flip), v->k);
}

typedef struct { uint32_t y0, y1, x0, x1; int32_t y, x; } sucref_i_area; /* taps inside the picture; the first one */

static sucref_i_area sucref_i_area_of(const sucref_i_here *h, uint32_t y, uint32_t x)
{
    sucref_i_area a;
    a.y = (int32_t)(y * h->l.stride_h) - h->l.pad_top;
    a.x = (int32_t)(x * h->l.stride_w) - h->l.pad_left;
    sucref_i_inside(&a.y0, &a.y1, a.y, h->l.kernel_h, h->l.dilation_h, h->in.height);
    sucref_i_inside(&a.x0, &a.x1, a.x, h->l.kernel_w, h->l.dilation_w, h->in.width);
    return a;
}

/* where a tap reads channel 0 */
static inline uint32_t sucref_i_tap_at(const sucref_i_here *h, const sucref_i_area *a, uint32_t ky, uint32_t kx)
{
    return (((uint32_t)a->y + ky * h->l.dilation_h) * h->in.width + (uint32_t)a->x + kx * h->l.dilation_w) *
           h->in.channels;
}

/* sum(w u) of one row of a depthwise layer; w: its first tap's byte, of which there is one every `step` bytes */
SUCREF_I_ALONE static int32_t sucref_i_depthwise_row(const sucref_i_here *h, const sucref_i_area *a, const uint8_t *w,
                                                     uint32_t step, uint32_t channel)
{
    int32_t acc = 0;
    uint32_t ky, kx;
    for (ky = 0; ky < h->l.kernel_h; ky++) {
        for (kx = 0; kx < h->l.kernel_w; kx++, w += step) {
            const int inside = ky >= a->y0 && ky < a->y1 && kx >= a->x0 && kx < a->x1;
            const uint32_t u = inside ? sucref_i_at(&h->from, sucref_i_tap_at(h, a, ky, kx) + channel) : h->in.zero;
            acc += (int32_t)u * sucref_i_s8(SUCREF_READ_U8(w));
        }
    }
    return acc;
}

/* how a depthwise layer walks over the taps inside the picture */
typedef struct {
    const uint8_t *u;         /* the first of them, of channel 0 */
    uint32_t lines, places, next_u, next_w, pitch_u, pitch_w; /* from tap to tap and from line to line */
    uint32_t block_w;         /* from the middle of a block of eight rows to the next one */
} sucref_i_walk_of_taps;

static sucref_i_walk_of_taps sucref_i_walk_taps(const sucref_i_here *h, const sucref_i_area *a)
{
    sucref_i_walk_of_taps t;
    t.lines = a->y1 - a->y0; t.places = a->x1 - a->x0;
    t.u = h->from.bytes + (t.lines != 0 && t.places != 0 ? sucref_i_tap_at(h, a, a->y0, a->x0) : 0U);
    t.next_u = (uint32_t)h->l.dilation_w * h->in.channels;
    t.pitch_u = (uint32_t)h->l.dilation_h * h->in.width * h->in.channels;
    t.next_w = t.pitch_w = 0;
    t.block_w = 8U * h->l.n_in - 4U;
    return t;
}

/* one tap of four channels */
SUCREF_I_EACH void sucref_i_tap(int32_t *a, const uint8_t *u, const uint8_t *w)
{
    a[0] += u[0] * sucref_i_s8(SUCREF_READ_U8(w));
    a[1] += u[1] * sucref_i_s8(SUCREF_READ_U8(w + 1));
    a[2] += u[2] * sucref_i_s8(SUCREF_READ_U8(w + 2));
    a[3] += u[3] * sucref_i_s8(SUCREF_READ_U8(w + 3));
}

#if SUCREF_I_MVE
/* 3 x 3 taps of blocks of eight channels, at so many positions, whose sums follow one another; u[9]: where the taps
 * read the first channel; skip: from the last channel that is read to the next position's first one. Loads that widen
 * bytes take low registers.
 * r0 w  r1 high registers' u  r2..r9, r12 u  r10 acc  r11 blocks  q0, q1 sums of even and odd channels  on the stack w,
 * blocks, positions, skip */
#  define SUCREF_I_TAP_MVE(u)                                                                                          \
        "vldrb.u16 q2, [" u "], #8\n\tvldrb.s16 q3, [r0], #8\n\tvmullb.s16 q4, q2, q3\n\tvmullt.s16 q2, q2, q3\n\t"    \
        "vadd.i32 q0, q0, q4\n\tvadd.i32 q1, q1, q2\n\t"
#  define SUCREF_I_TAP_HIGH(u) "mov r1, " u "\n\tadd " u ", " u ", #8\n\t" SUCREF_I_TAP_MVE("r1")
SUCREF_I_NAKED static void sucref_i_nine_taps(uint32_t *acc, const uint8_t *const *u, const uint8_t *w, uint32_t blocks,
                                              uint32_t positions, uint32_t skip)
{
    __asm__ volatile("push {r2-r11, lr}\n\tsub sp, sp, #4\n\tvpush {d8, d9}\n\tmov r10, r0\n\t"
                     "ldmia.w r1, {r2-r9, r12}\n"
                     "1:\tldrd r0, r11, [sp, #20]\n"
                     "0:\tvldrb.u16 q2, [r2], #8\n\tvldrb.s16 q3, [r0], #8\n\tvmullb.s16 q0, q2, q3\n\t"
                     "vmullt.s16 q1, q2, q3\n\t"
                     SUCREF_I_TAP_MVE("r3") SUCREF_I_TAP_MVE("r4") SUCREF_I_TAP_MVE("r5") SUCREF_I_TAP_MVE("r6")
                     SUCREF_I_TAP_MVE("r7") SUCREF_I_TAP_HIGH("r8") SUCREF_I_TAP_HIGH("r9") SUCREF_I_TAP_HIGH("r12")
                     "vst20.32 {q0, q1}, [r10]\n\tvst21.32 {q0, q1}, [r10]!\n\tsubs r11, r11, #1\n\tbne 0b\n\t"
                     "ldrd r0, r1, [sp, #64]\n\tadd r2, r2, r1\n\tadd r3, r3, r1\n\tadd r4, r4, r1\n\t"
                     "add r5, r5, r1\n\tadd r6, r6, r1\n\tadd r7, r7, r1\n\tadd r8, r8, r1\n\tadd r9, r9, r1\n\t"
                     "add r12, r12, r1\n\tsubs r0, r0, #1\n\tstr r0, [sp, #64]\n\tbne 1b\n\t"
                     "vpop {d8, d9}\n\tadd sp, sp, #4\n\tpop {r2-r11, pc}");
}

/* sums of n rows, a multiple of 8 and at most SUCREF_I_SHORT_ROWS, of whole blocks of eight, that read as many channels
 * from one on; w: their first block. Positions inside the picture may follow, `skip` behind one another */
SUCREF_I_ALONE static void sucref_i_nine_of(uint32_t *acc, const sucref_i_here *h, const sucref_i_area *a,
                                            const uint8_t *w, uint32_t channel, uint32_t n, uint32_t positions,
                                            uint32_t skip)
{
    const uint32_t next = (uint32_t)h->l.dilation_w * h->in.channels,
                   pitch = (uint32_t)h->l.dilation_h * h->in.width * h->in.channels;
    const uint8_t *u[9];
    uint8_t outside[SUCREF_I_SHORT_ROWS];
    uint32_t at = sucref_i_tap_at(h, a, 0, 0) + channel, i, ky, kx; /* before the picture it wraps */
    if (a->y1 - a->y0 + a->x1 - a->x0 == 6U) {
        const uint8_t *line = h->from.bytes + at;
        for (i = 0; i < 9; i += 3, line += pitch) {
            u[i] = line; u[i + 1U] = line + next; u[i + 2U] = line + 2U * next;
        }
    } else {
        for (i = 0; i < n; i += 16U) { vstrbq_u8(outside + i, vdupq_n_u8(h->in.zero)); }
        for (i = 0; i < 9; i++) { u[i] = outside; }
        for (ky = a->y0; ky < a->y1; ky++) {
            for (kx = a->x0; kx < a->x1; kx++) { u[3U * ky + kx] = h->from.bytes + (at + ky * pitch + kx * next); }
        }
    }
    sucref_i_nine_taps(acc, u, w, n / 8U, positions, skip);
}
#endif

/* Sums of rows that read as many channels, four at a time, of a picture whose outside counts nothing. w: the first
 * tap's byte of the first row, of a block of t->next_w rows */
SUCREF_I_ALONE static void sucref_i_depthwise_plain(uint32_t *acc, const sucref_i_walk_of_taps *t, const uint8_t *u0,
                                                    const uint8_t *w0, uint32_t rows)
{
    const uint32_t next_u = t->next_u, next_w = t->next_w;
    const uint32_t *const end = acc + rows;
    uint32_t step = 4U; /* to the second half of a block of eight, then to the next block */
    for (; acc < end; acc += 4, u0 += 4, w0 += step, step ^= 4U ^ t->block_w) {
        int32_t a[4] = { 0, 0, 0, 0 };
        const uint8_t *u = u0, *w = w0;
        uint32_t line = t->lines, n;
        if (t->places == 3) { /* 3 x 3 is what networks have */
            for (; line > 0; line--, u += t->pitch_u, w += t->pitch_w) {
                sucref_i_tap(a, u, w);
                sucref_i_tap(a, u + next_u, w + next_w);
                sucref_i_tap(a, u + 2U * next_u, w + 2U * next_w);
            }
        } else {
            for (; line > 0; line--, u += t->pitch_u, w += t->pitch_w) {
                const uint8_t *v = u, *q = w;
                for (n = t->places; n > 0; n--, v += next_u, q += next_w) { sucref_i_tap(a, v, q); }
            }
        }
        acc[0] = (uint32_t)a[0]; acc[1] = (uint32_t)a[1]; acc[2] = (uint32_t)a[2]; acc[3] = (uint32_t)a[3];
    }
}

#if SUCREF_I_DEPTHS_AT_ONCE > 1
/* The same of 3 x 3 taps, of blocks of eight rows, at two or three positions of a line one or two places apart, whose
 * sums stand SUCREF_I_DEPTH_WORDS apart: what they share is loaded once. u: of their window's first line the second
 * place, as the first one may lie outside: edges is 1, of the last one 2. next, pitch, apart: to the next place, line
 * and position. */
enum { SUCREF_I_DEPTH_WORDS = 16 };
#  if defined(SUCREF_I_ASM) && defined(__thumb2__)
/* r0 acc  r1 u  r2 w  r3, r12 three places and one  r4 to r6 sums  r7 to r9 taps  r10 a byte  r11 rows left of the
 * block, and edges  lr pitch; on the stack, behind what is kept, pitch, blocks, edges */
#    define SUCREF_I_MUL(sum, tap) "mul " sum ", r10, " tap "\n\t"
#    define SUCREF_I_MLA(sum, tap) "mla " sum ", r10, " tap ", " sum "\n\t"
#    define SUCREF_I_DEPTH_TAPS(at)                                                                                    \
        "ldrsb r7, [r2, #" at "]\n\tldrsb r8, [r2, #" at " + 8]\n\tldrsb r9, [r2, #" at " + 16]\n\t"
#    define SUCREF_I_DEPTH_LINE(at, first) /* one place apart */                                                       \
        SUCREF_I_DEPTH_TAPS(at) "ldrb r10, [r1, r12]\n\t" first("r4", "r8") first("r5", "r7")                          \
        "ldrb r10, [r1, r12, lsl #1]\n\t" SUCREF_I_MLA("r4", "r9") SUCREF_I_MLA("r5", "r8") first("r6", "r7")         \
        "ldrb r10, [r1, r3]\n\t" SUCREF_I_MLA("r5", "r9") SUCREF_I_MLA("r6", "r8")                                    \
        "bmi 2f\n\tldrb r10, [r1]\n\t" SUCREF_I_MLA("r4", "r7")                                                      \
        "2:\tbcs 3f\n\tldrb r10, [r1, r12, lsl #2]\n\t" SUCREF_I_MLA("r6", "r9") "3:\t"
#    define SUCREF_I_DEPTH_TWO(at, first) /* of two positions */                                                       \
        SUCREF_I_DEPTH_TAPS(at) "ldrb r10, [r1, r12]\n\t" first("r4", "r8") first("r5", "r7")                          \
        "ldrb r10, [r1, r12, lsl #1]\n\t" SUCREF_I_MLA("r4", "r9") SUCREF_I_MLA("r5", "r8")                           \
        "bmi 2f\n\tldrb r10, [r1]\n\t" SUCREF_I_MLA("r4", "r7")                                                      \
        "2:\tbcs 3f\n\tldrb r10, [r1, r3]\n\t" SUCREF_I_MLA("r5", "r9") "3:\t"
#    define SUCREF_I_DEPTH_LINE_2(at, first) /* two */                                                                 \
        SUCREF_I_DEPTH_TAPS(at) "ldrb r10, [r1, r12]\n\t" first("r4", "r8")                                           \
        "ldrb r10, [r1, r12, lsl #1]\n\t" SUCREF_I_MLA("r4", "r9") first("r5", "r7")                                  \
        "ldrb r10, [r1, r3]\n\t" SUCREF_I_MLA("r5", "r8")                                                             \
        "ldrb r10, [r1, r12, lsl #2]\n\t" SUCREF_I_MLA("r5", "r9") first("r6", "r7")                                  \
        "add r10, r1, r3\n\tldrb r10, [r10, r12, lsl #1]\n\t" SUCREF_I_MLA("r6", "r8")                                \
        "bmi 2f\n\tldrb r10, [r1]\n\t" SUCREF_I_MLA("r4", "r7")                                                      \
        "2:\tbcs 3f\n\tldrb r10, [r1, r3, lsl #1]\n\t" SUCREF_I_MLA("r6", "r9") "3:\t"
#    define SUCREF_I_DEPTHS(line, third)                                                                               \
        __asm__ volatile("push {r4-r11, lr}\n\tmov r12, r3\n\tadd r3, r3, r3, lsl #1\n\tldr lr, [sp, #36]\n\t"       \
                         "subs r1, r1, r12\n"                                                                         \
                         "0:\tldr r11, [sp, #44]\n\tadds r11, r11, #28\n"                                            \
                         "1:\tlsls r10, r11, #31\n\t" /* N, C: edges; nothing up to the third line sets flags */     \
                         line("0", SUCREF_I_MUL) "add r1, r1, lr\n\t" line("24", SUCREF_I_MLA)                        \
                         "add r1, r1, lr\n\t" line("48", SUCREF_I_MLA)                                                \
                         "sub r1, r1, lr, lsl #1\n\tadds r1, r1, #1\n\tadds r2, r2, #1\n\tstr r5, [r0, #64]\n\t"    \
                         third "str r4, [r0], #4\n\tsubs r11, r11, #4\n\tbpl 1b\n\t"                                \
                         "adds r2, r2, #64\n\tldr r10, [sp, #40]\n\tsubs r10, r10, #1\n\tstr r10, [sp, #40]\n\t"    \
                         "bne 0b\n\tpop {r4-r11, pc}")
SUCREF_I_NAKED static void sucref_i_three_depths(uint32_t *acc, const uint8_t *u, const uint8_t *w, uint32_t next,
                                                 uint32_t pitch, uint32_t blocks, uint32_t edges)
{
    SUCREF_I_DEPTHS(SUCREF_I_DEPTH_LINE, "str r6, [r0, #128]\n\t");
}
SUCREF_I_NAKED static void sucref_i_three_depths_2(uint32_t *acc, const uint8_t *u, const uint8_t *w, uint32_t next,
                                                   uint32_t pitch, uint32_t blocks, uint32_t edges)
{
    SUCREF_I_DEPTHS(SUCREF_I_DEPTH_LINE_2, "str r6, [r0, #128]\n\t");
}
SUCREF_I_NAKED static void sucref_i_two_depths(uint32_t *acc, const uint8_t *u, const uint8_t *w, uint32_t next,
                                               uint32_t pitch, uint32_t blocks, uint32_t edges, uint32_t apart)
{
    SUCREF_I_DEPTHS(SUCREF_I_DEPTH_TWO, "");
}
#  elif defined(SUCREF_I_ASM)
/* r0, r7 u of either position  r1 w  r2 a tap of four rows  r3 a byte, or a step  r4 a row's tap  r8, r9, r5, r6 sums
 * of the first position  r10 to r12, lr of the second; on the stack acc, next, steps to the next line and to the next
 * rows, end of w, fours of rows left, edges; behind what is kept pitch, blocks, edges, apart */
#    define SUCREF_I_OF_FIRST(at, add) "ldrb r3, [r0, #" at "]\n\tmuls r3, r4\n\t" add ", r3\n\t"
#    define SUCREF_I_OF_SECOND(at, add) "ldrb r3, [r7, #" at "]\n\tmuls r3, r4\n\t" add ", r3\n\t"
#    define SUCREF_I_OF_NEITHER(at, add) ""
#    define SUCREF_I_DEPTH_TAP(w, first, second)                                                                       \
        "ldr r2, [r1, #" w "]\n\tsxtb r4, r2\n\t" first("0", "add r8") second("0", "add r10")                       \
        "lsls r4, r2, #16\n\tasrs r4, r4, #24\n\t" first("1", "add r9") second("1", "add r11")                     \
        "lsls r4, r2, #8\n\tasrs r4, r4, #24\n\t" first("2", "adds r5, r5") second("2", "add r12")                 \
        "asrs r4, r2, #24\n\t" first("3", "adds r6, r6") second("3", "add lr")
#    define SUCREF_I_DEPTH_STEP(at) "ldr r3, [sp, #" at "]\n\tadds r0, r0, r3\n\tadds r7, r7, r3\n\t"
SUCREF_I_NAKED static void sucref_i_two_depths(uint32_t *acc, const uint8_t *u, const uint8_t *w, uint32_t next,
                                               uint32_t pitch, uint32_t blocks, uint32_t edges, uint32_t apart)
{
    __asm__ volatile(".syntax unified\n\tpush {r4-r7, lr}\n\tmov r4, r8\n\tmov r5, r9\n\tmov r6, r10\n\t"
                     "mov r7, r11\n\tpush {r4-r7}\n\tldr r4, [sp, #36]\n\tldr r5, [sp, #40]\n\t"
                     "ldr r6, [sp, #44]\n\tldr r7, [sp, #48]\n\tlsls r5, r5, #1\n\tpush {r5, r6}\n\t"
                     "subs r1, r1, r3\n\tadds r7, r7, r1\n\tlsls r5, r3, #1\n\t"
                     "subs r5, r4, r5\n\tlsls r6, r4, #1\n\tadds r6, r6, r4\n\trsbs r6, r6, #0\n\t"
                     "adds r6, r6, #4\n\tpush {r4}\n\tpush {r0, r3, r5, r6}\n\tmovs r0, r1\n\tmovs r1, r2\n\tb 0f\n"
                     "2:\t" SUCREF_I_DEPTH_TAP("0", SUCREF_I_OF_NEITHER, SUCREF_I_OF_SECOND) "b 3f\n"
                     "0:\tmovs r5, #0\n\tmovs r6, r5\n\tmov r8, r5\n\tmov r9, r5\n\tmov r10, r5\n\tmov r11, r5\n\t"
                     "mov r12, r5\n\tmov lr, r5\n\tmovs r3, #72\n\tadds r3, r3, r1\n\tstr r3, [sp, #16]\n"
                     "1:\tldr r3, [sp, #24]\n\tlsls r3, r3, #31\n\tbmi 2b\n\t"
                     SUCREF_I_DEPTH_TAP("0", SUCREF_I_OF_FIRST, SUCREF_I_OF_SECOND)
                     "3:\t" SUCREF_I_DEPTH_STEP("4") SUCREF_I_DEPTH_TAP("8", SUCREF_I_OF_FIRST, SUCREF_I_OF_SECOND)
                     SUCREF_I_DEPTH_STEP("4") "ldr r3, [sp, #24]\n\tlsls r3, r3, #30\n\tbmi 4f\n\t"
                     SUCREF_I_DEPTH_TAP("16", SUCREF_I_OF_FIRST, SUCREF_I_OF_SECOND)
                     "5:\t" SUCREF_I_DEPTH_STEP("8") "adds r1, r1, #24\n\tldr r3, [sp, #16]\n\tcmp r1, r3\n\t"
                     "bne 1b\n\tldr r2, [sp]\n\tmov r3, r8\n\tmov r4, r9\n\tstmia r2!, {r3-r6}\n\tadds r2, r2, #48\n\t"
                     "mov r3, r10\n\tmov r4, r11\n\tmov r5, r12\n\tmov r6, lr\n\tstmia r2!, {r3-r6}\n\t"
                     "subs r2, r2, #64\n\tstr r2, [sp]\n\t" SUCREF_I_DEPTH_STEP("12") "subs r1, r1, #4\n\t"
                     "ldr r3, [sp, #20]\n\tsubs r3, r3, #1\n\tstr r3, [sp, #20]\n\tbeq 7f\n\tlsls r3, r3, #31\n\t"
                     "bmi 6f\n\tb 0b\n" /* to the next block */
                     "6:\tsubs r1, r1, #64\n\tb 0b\n" /* to the second half of this one */
                     "4:\t" SUCREF_I_DEPTH_TAP("16", SUCREF_I_OF_FIRST, SUCREF_I_OF_NEITHER) "b 5b\n"
                     "7:\tadd sp, #28\n\tpop {r4-r7}\n\tmov r8, r4\n\tmov r9, r5\n\tmov r10, r6\n\tmov r11, r7\n\t"
                     "pop {r4-r7, pc}");
}
#  else
SUCREF_I_EACH void sucref_i_depths_by(uint32_t *acc, const uint8_t *u, const uint8_t *w, uint32_t next, uint32_t pitch,
                                      uint32_t blocks, uint32_t edges, uint32_t apart, int three)
{
    uint32_t row, line;
    for (row = 0; row < 8U * blocks; row++, u++, acc++, w += row % 8U != 0 ? 1U : 65U) {
        int32_t a = 0, b = 0, c = 0;
        for (line = 0; line < 3; line++) {
            const int32_t w0 = sucref_i_s8(SUCREF_READ_U8(w + 24U * line)),
                          w1 = sucref_i_s8(SUCREF_READ_U8(w + 24U * line + 8U)),
                          w2 = sucref_i_s8(SUCREF_READ_U8(w + 24U * line + 16U));
            const uint8_t *const v = u + line * pitch, *const x = v + apart;
            a += v[0] * w1 + v[next] * w2;
            b += *(x - next) * w0 + x[0] * w1;
            if (three) {
                const uint8_t *const y = x + apart;
                b += x[next] * w2;
                c += *(y - next) * w0 + y[0] * w1;
                if ((edges & 2U) == 0) { c += y[next] * w2; }
            } else if ((edges & 2U) == 0) { b += x[next] * w2; }
            if ((edges & 1U) == 0) { a += *(v - next) * w0; }
        }
        acc[0] = (uint32_t)a;
        acc[SUCREF_I_DEPTH_WORDS] = (uint32_t)b;
        if (three) { acc[2U * SUCREF_I_DEPTH_WORDS] = (uint32_t)c; }
    }
}
#    if SUCREF_I_DEPTHS_AT_ONCE > 2
SUCREF_I_ALONE static void sucref_i_three_depths(uint32_t *acc, const uint8_t *u, const uint8_t *w, uint32_t next,
                                                 uint32_t pitch, uint32_t blocks, uint32_t edges)
{
    sucref_i_depths_by(acc, u, w, next, pitch, blocks, edges, next, 1);
}
SUCREF_I_ALONE static void sucref_i_three_depths_2(uint32_t *acc, const uint8_t *u, const uint8_t *w, uint32_t next,
                                                   uint32_t pitch, uint32_t blocks, uint32_t edges)
{
    sucref_i_depths_by(acc, u, w, next, pitch, blocks, edges, 2U * next, 1);
}
#    endif
SUCREF_I_ALONE static void sucref_i_two_depths(uint32_t *acc, const uint8_t *u, const uint8_t *w, uint32_t next,
                                               uint32_t pitch, uint32_t blocks, uint32_t edges, uint32_t apart)
{
    sucref_i_depths_by(acc, u, w, next, pitch, blocks, edges, apart, 0);
}
#  endif
#endif

#ifdef SUCREF_I_ASM
/* The same of kernels three taps wide, of every other four rows: `blocks` of them, one in each block of eight. By hand,
 * as four sums, pointers and taps do not fit a compiler's registers. walk: lines * 4 + places, what leads from behind a
 * block's last line to the next block of u and of w, from tap to tap and from line to line of u. */
#  if defined(__ARM_FEATURE_DSP)
#    define SUCREF_I_DEPTHWISE_TAP(u, w) /* r8, r9 channels 0, 2 and 1, 3; r10, r11 their weights */                   \
        "ldr r8, [r1" u "]\n\tldr r10, [r2, #" w "]\n\tuxtb16 r9, r8, ror #8\n\tuxtb16 r8, r8\n\t"                     \
        "sxtb16 r11, r10, ror #8\n\tsxtb16 r10, r10\n\tsmlabb r4, r8, r10, r4\n\tsmlatt r6, r8, r10, r6\n\t"         \
        "smlabb r5, r9, r11, r5\n\tsmlatt r7, r9, r11, r7\n\t"
#  elif defined(__thumb2__)
#    define SUCREF_I_DEPTHWISE_ROW(sum, at, w)                                                                         \
        "ldrb r9, [r8, #" at "]\n\tldrsb r10, [r2, #" w " + " at "]\n\tmla " sum ", r9, r10, " sum "\n\t"
#    define SUCREF_I_DEPTHWISE_TAP(u, w) /* r8 where u is */                                                           \
        "add r8, r1" u "\n\t" SUCREF_I_DEPTHWISE_ROW("r4", "0", w) SUCREF_I_DEPTHWISE_ROW("r5", "1", w)                \
        SUCREF_I_DEPTHWISE_ROW("r6", "2", w) SUCREF_I_DEPTHWISE_ROW("r7", "3", w)
#  endif
#  ifdef __thumb2__
/* r0 acc  r1 u  r2 w  r3 lines left * 4 + places  r4 to r7 sums  r12, lr from tap to tap, from line to line */
SUCREF_I_NAKED static void sucref_i_depthwise_three(uint32_t *acc, const uint32_t *walk, const uint8_t *u,
                                                    const uint8_t *w, uint32_t blocks)
{
    __asm__ volatile("push {r1, r4-r11, lr}\n\tldr r12, [r1, #12]\n\tldr lr, [r1, #16]\n\tldr r4, [r1]\n\t"
                     "mov r1, r2\n\tmov r2, r3\n\tmov r3, r4\n"
                     "0:\tmovs r4, #0\n\tmov r5, r4\n\tmov r6, r4\n\tmov r7, r4\n"
                     "1:\tlsls r8, r3, #31\n\tbcc 3f\n\tbpl 2f\n\t" /* bit 1, bit 0 of places */
                     SUCREF_I_DEPTHWISE_TAP(", r12, lsl #1", "16")
                     "2:\t" SUCREF_I_DEPTHWISE_TAP(", r12", "8")
                     "3:\t" SUCREF_I_DEPTHWISE_TAP(", #0", "0")
                     "add r1, r1, lr\n\tadds r2, r2, #24\n\tsubs r3, r3, #4\n\tcmp r3, #4\n\tbhs 1b\n\t"
                     "stmia r0!, {r4-r7}\n\tadds r0, r0, #16\n\tldr r8, [sp]\n\tldmia r8, {r3, r9, r10}\n\t"
                     "add r1, r1, r9\n\tadd r2, r2, r10\n\t"
                     "ldr r8, [sp, #40]\n\tsubs r8, r8, #1\n\tstr r8, [sp, #40]\n\tbne 0b\n\t"
                     "pop {r1, r4-r11, pc}");
}
#  else
#    define SUCREF_I_DEPTHWISE_ROW(sum, at, weight)                                                                    \
        "ldrb r3, [r0, #" at "]\n\t" weight "muls r3, r4\n\tadd " sum ", r3\n\t"
#    define SUCREF_I_DEPTHWISE_TAP(w)                                                                                  \
        "ldr r2, [r1, #" w "]\n\t" SUCREF_I_DEPTHWISE_ROW("r8", "0", "sxtb r4, r2\n\t")                              \
        SUCREF_I_DEPTHWISE_ROW("r9", "1", "lsls r4, r2, #16\n\tasrs r4, r4, #24\n\t")                                \
        SUCREF_I_DEPTHWISE_ROW("r10", "2", "lsls r4, r2, #8\n\tasrs r4, r4, #24\n\t")                                \
        SUCREF_I_DEPTHWISE_ROW("r11", "3", "asrs r4, r2, #24\n\t") "add r0, r12\n\t"
/* r0 u  r1 w  r5 lines left * 4 + places  r6 places  r7 acc  r8 to r11 sums  r12, lr as above */
SUCREF_I_NAKED static void sucref_i_depthwise_three(uint32_t *acc, const uint32_t *walk, const uint8_t *u,
                                                    const uint8_t *w, uint32_t blocks)
{
    __asm__ volatile(".syntax unified\n\tpush {r4-r7, lr}\n\tmov r4, r8\n\tmov r5, r9\n\tmov r6, r10\n\tmov r7, r11\n\t"
                     "push {r1, r4-r7}\n\tmov r7, r0\n\tmov r0, r2\n\tldr r4, [r1, #12]\n\tmov r12, r4\n\t"
                     "ldr r2, [r1, #16]\n\tmov lr, r2\n\tldr r5, [r1]\n\tmovs r6, #3\n\tands r6, r5\n\t"
                     /* taps are read from the first one on, whose weights of fewer than three are the later ones */
                     "movs r1, #3\n\tsubs r1, r1, r6\n\tlsls r1, r1, #3\n\tsubs r1, r3, r1\n"
                     "0:\tmovs r2, #0\n\tmov r8, r2\n\tmov r9, r2\n\tmov r10, r2\n\tmov r11, r2\n"
                     "1:\tcmp r6, #2\n\tblo 3f\n\tbeq 2f\n\t"
                     SUCREF_I_DEPTHWISE_TAP("0")
                     "2:\t" SUCREF_I_DEPTHWISE_TAP("8")
                     "3:\t" SUCREF_I_DEPTHWISE_TAP("16")
                     "add r0, lr\n\tadds r1, r1, #24\n\tsubs r5, r5, #4\n\tcmp r5, #4\n\tbhs 1b\n\t"
                     "mov r2, r8\n\tmov r3, r9\n\tmov r4, r10\n\tmov r5, r11\n\tstmia r7!, {r2-r5}\n\t"
                     "adds r7, r7, #16\n\t"
                     "ldr r2, [sp]\n\tldmia r2!, {r3-r5}\n\tadds r0, r0, r4\n\tadds r1, r1, r5\n\tmov r5, r3\n\t"
                     "ldr r2, [sp, #40]\n\tsubs r2, r2, #1\n\tstr r2, [sp, #40]\n\tbne 0b\n\t"
                     "pop {r1, r4-r7}\n\tmov r8, r4\n\tmov r9, r5\n\tmov r10, r6\n\tmov r11, r7\n\t"
                     "pop {r4-r7, pc}");
}
#  endif

/* sums of rows as above, in blocks of eight but for the last one; 0 where it does not take them */
static int sucref_i_depthwise_fast(uint32_t *acc, const sucref_i_walk_of_taps *t, const uint8_t *u, const uint8_t *w,
                                   uint32_t rows)
{
    uint32_t walk[5];
    if (t->places - 1U > 2U || t->lines == 0 || t->next_w != 8 || t->pitch_w != 24 ||
        ((t->next_u | t->pitch_u | (uint32_t)(size_t)u) & 3U) != 0) { return 0; } /* words of u */
    walk[0] = 4U * t->lines + t->places;
    walk[1] = 8U - t->lines * t->pitch_u; /* wraps */
    walk[2] = t->block_w + 4U - 24U * t->lines;
    walk[3] = t->next_u;
    walk[4] = t->pitch_u;
#  ifndef __thumb2__
    walk[4] -= t->places * t->next_u;
#  endif
    sucref_i_depthwise_three(acc, walk, u, w, (rows + 4U) / 8U);
    if (rows > 4) { sucref_i_depthwise_three(acc + 4, walk, u + 4, w + 4, rows / 8U); }
    return 1;
}
#else
#  define sucref_i_depthwise_fast(acc, t, u, w, rows) 0
#endif

/* sums of rows of a depthwise layer; what they read and is absent counts as 0. Returns the cost. */
static uint32_t sucref_i_depthwise_rows(uint32_t *sum, const sucref_net *s, const sucref_i_here *h,
                                        const sucref_i_area *a, uint32_t rows)
{
    const uint32_t first = h->g.first_row + s->row,
                   times = h->l.n_out == h->in.channels ? 1U : h->l.n_out / h->in.channels;
    const int whole = a->y0 == 0 && a->x0 == 0 && a->y1 == h->l.kernel_h && a->x1 == h->l.kernel_w,
              plain = times == 1 && (h->in.zero == 0 || whole) && (h->from.flip | h->from.k) == 0;
    sucref_i_walk_of_taps t;
    uint32_t i = 0;
#if SUCREF_I_MVE
    if (times == 1 && h->l.kernel_h == 3 && h->l.kernel_w == 3 && (h->from.flip | h->from.k) == 0 && s->row % 8U == 0) {
        const uint32_t full = (SUCREF_I_PAD4(h->plane.n_rows) & ~(uint32_t)7) - s->row;
        i = (full < rows ? full : rows) & ~(uint32_t)7;
        if (first + i > s->present) { i = 0; }
        if (i != 0) { sucref_i_nine_of(sum, h, a, h->plane.bytes + s->row * h->plane.n_in, first, i, 1, 0); }
        if (i == rows) { return rows * h->l.n_in; }
    }
#endif
    t = sucref_i_walk_taps(h, a);
    while (i < rows) {
        const uint32_t channel = times == 1 ? first + i : (first + i) / times;
        const sucref_i_block b = sucref_i_block_of(&h->plane, s->row + i);
        const uint8_t *w = h->plane.bytes + b.at + b.inside;
        const uint32_t full = b.rows == 8 && b.inside == 0 ? (h->plane.n_rows - s->row - i) & ~(uint32_t)7 : 0U,
                       here = full > b.rows - b.inside ? full : b.rows - b.inside, /* rows of blocks like this one */
                       block = (here < rows - i ? here : rows - i) & ~(uint32_t)3;
        if (plain && block != 0 && channel + block <= s->present) { /* rows before are blocks of four, too */
            t.next_w = b.rows;
            t.pitch_w = h->l.kernel_w * b.rows;
            w += (a->y0 * h->l.kernel_w + a->x0) * b.rows;
            if (!sucref_i_depthwise_fast(sum + i, &t, t.u + channel, w, block)) {
                sucref_i_depthwise_plain(sum + i, &t, t.u + channel, w, block);
            }
            i += block;
        } else {
            sum[i++] = channel < s->present ? (uint32_t)sucref_i_depthwise_row(h, a, w, b.rows, channel) : 0U;
        }
    }
    return rows * h->l.n_in;
}

/* METHOD 6: one channel of a pool of so many taps, from their sum and their largest */
static inline uint8_t sucref_i_pooled(const sucref_net *s, const sucref_i_here *h, int32_t count, int32_t sum,
                                      int32_t most)
{
    if (SUCREF_I_KIND(&h->l) == SUCREF_KIND_AVERAGE) {
        int exponent;
        const int32_t multiplier = sucref_i_multiplier_of(&exponent, s->model, &h->l, &h->at, 0), r = sum - 128 * count;
        if (multiplier != 0) {
            return sucref_i_post(&h->l, sum - count * h->in.zero, multiplier, exponent, s->model->bytes + h->at.table);
        }
        most = (r > 0 ? r + count / 2 : r - count / 2) / count + 128;
    }
    return (uint8_t)(most < h->l.lo ? h->l.lo : most > h->l.hi ? h->l.hi : most);
}

#if SUCREF_I_MVE
/* four channels of a pool */
SUCREF_I_ALONE static void sucref_i_pool_four(uint8_t *to, const sucref_net *s, const sucref_i_here *h,
                                              const sucref_i_area *a, uint32_t channel)
{
    const uint32_t n = a->x1 - a->x0, next = h->in.channels;
    uint32x4_t sum = vdupq_n_u32(0), most = sum;
    uint32_t ky, kx, each[8], i;
    for (ky = a->y0; ky < a->y1; ky++) {
        const uint8_t *u = h->from.bytes + sucref_i_tap_at(h, a, ky, a->x0) + channel;
        for (kx = 0; kx < n; kx++, u += next) {
            const uint32x4_t x = vldrbq_u32(u);
            sum = vaddq_u32(sum, x);
            most = vmaxq_u32(most, x);
        }
    }
    vstrwq_u32(each, sum);
    vstrwq_u32(each + 4, most);
    for (i = 0; i < 4; i++) {
        to[i] = sucref_i_pooled(s, h, (int32_t)((a->y1 - a->y0) * n), (int32_t)each[i], (int32_t)each[4U + i]);
    }
}
#endif

/* one channel */
SUCREF_I_ALONE static uint8_t sucref_i_pool(const sucref_net *s, const sucref_i_here *h, const sucref_i_area *a,
                                            uint32_t channel)
{
    const uint32_t next = h->in.channels, line = (a->x1 - a->x0) * next;
    const int average = SUCREF_I_KIND(&h->l) == SUCREF_KIND_AVERAGE;
    int32_t sum = 0, most = 0;
    uint32_t ky, at;
    for (ky = a->y0; ky < a->y1; ky++) {
        const uint32_t first = sucref_i_tap_at(h, a, ky, a->x0) + channel;
        if (average && (h->from.flip | h->from.k) == 0) {
            const uint8_t *const u = h->from.bytes;
            for (at = first; at < first + line; at += next) { sum += u[at]; }
            continue;
        }
        for (at = first; at < first + line; at += next) {
            const int32_t u = (int32_t)sucref_i_at(&h->from, at);
            sum += u;
            if (u > most) { most = u; }
        }
    }
    return sucref_i_pooled(s, h, (int32_t)((a->y1 - a->y0) * (a->x1 - a->x0)), sum, most);
}

/* METHOD 6: what an input of a sum is scaled to */
static int32_t sucref_i_scaled_input(const sucref_net *s, const sucref_i_here *h, const sucref_i_view *v,
                                     uint32_t byte, unsigned which)
{
    sucref_tensor t;
    const uint32_t u = sucref_i_cut(byte ^ v->flip, v->k);
    sucref_model_tensor(&t, s->model, which == 0 ? h->l.from : h->l.from2);
    return sucref_i_requant(((int32_t)u - t.zero) * ((int32_t)1 << 20),
                            sucref_i_s32(sucref_i_u32(s->model->bytes + h->at.multiplier + 4U * which)),
                            sucref_i_s8(SUCREF_READ_U8(s->model->bytes + h->at.exponent + which)),
                            SUCREF_REQUANT_TFLITE);
}

/* what a layer without weights needs before its first output: of a sum, what its inputs' bytes are scaled to */
static uint32_t sucref_i_start_other(const sucref_net *s, const sucref_i_here *h)
{
    uint32_t *table = s->work + s->at_list, i;
    if (SUCREF_I_KIND(&h->l) != SUCREF_KIND_ADD) { return 1; }
    for (i = 0; i < 256U; i++) {
        table[i] = (uint32_t)sucref_i_scaled_input(s, h, &h->from, i, 0);
        table[256U + i] = (uint32_t)sucref_i_scaled_input(s, h, SUCREF_I_SECOND(h), i, 1);
    }
    return 512U * 8U;
}

#if SUCREF_I_MVE
/* METHOD 6: n elements of a line of a sum, from its tables; b: of the second input */
SUCREF_I_ALONE static void sucref_i_sum(const sucref_net *s, const sucref_i_here *h, uint8_t *to, const uint8_t *a,
                                        const uint8_t *b, uint32_t n)
{
    const uint32_t *const table = s->work + s->at_list, full = n & ~(uint32_t)3;
    const uint8_t *const lookup = s->model->bytes + h->at.table;
    const int32_t mul = sucref_i_s32(sucref_i_u32(s->model->bytes + h->at.multiplier + 8U));
    const int e = sucref_i_s8(SUCREF_READ_U8(s->model->bytes + h->at.exponent + 2U));
    const sucref_i_clamp c = sucref_i_clamp_of(&h->l);
    const int32x4_t m4 = vdupq_n_s32(mul), e4 = vdupq_n_s32(e);
    uint32_t i;
    for (i = 0; i < full; i += 4U) {
        const uint32x4_t z = vaddq_u32(vldrwq_gather_shifted_offset_u32(table, vldrbq_u32(a + i)),
                                       vldrwq_gather_shifted_offset_u32(table + 256, vldrbq_u32(b + i)));
        sucref_i_four_bytes(to + i, vreinterpretq_s32_u32(z), m4, e4, &c, 1, 1); /* |z| < 2^30 */
    }
    for (i = 0; h->l.act == SUCREF_ACT_LOOKUP && i < full; i++) { to[i] = lookup[to[i]]; }
    for (i = full; i < n; i++) {
        to[i] = sucref_i_post(&h->l, sucref_i_s32(table[a[i]] + table[256U + b[i]]), mul, e, lookup);
    }
}
#else
/* METHOD 6: elements of a sum by the short way, as a prepared row, up to the first that only the long way knows; how
 * many they were */
SUCREF_I_EACH uint32_t sucref_i_sum_short(uint8_t *to, const uint8_t *a, const uint8_t *b, uint32_t n,
                                          const uint32_t *table, const uint32_t *row, uint32_t lo, uint32_t range,
                                          int halves)
{
    uint32_t i;
    for (i = 0; i < n; i++) {
        int near = 0;
        const uint32_t r = sucref_i_short_row(&near, table[a[i]] + table[256U + b[i]], row, range, halves);
        if (near) { break; }
        to[i] = (uint8_t)(r + lo);
    }
    return i;
}

/* n elements of a line of a sum, from its tables; b: of the second input */
SUCREF_I_ALONE static void sucref_i_sum(const sucref_net *s, const sucref_i_here *h, uint8_t *to, const uint8_t *a,
                                        const uint8_t *b, uint32_t n)
{
    const uint32_t *const table = s->work + s->at_list, lo = h->l.lo, range = (uint32_t)h->l.hi - lo;
    const int32_t mul = sucref_i_s32(sucref_i_u32(s->model->bytes + h->at.multiplier + 8U));
    const int e = sucref_i_s8(SUCREF_READ_U8(s->model->bytes + h->at.exponent + 2U));
    const int is_short = h->l.act <= SUCREF_ACT_RELU6 && mul != 0 && e < 0 && sucref_i_is_short((unsigned)-e);
    uint32_t row[SUCREF_I_PREPARED], i;
    sucref_i_prepare_row(row, 0, mul, is_short ? (unsigned)-e : 2U, (int32_t)h->l.out_zero - h->l.lo);
    for (i = 0; i < n; i++) {
        if (is_short && lo < h->l.out_zero) {
            i += sucref_i_sum_short(to + i, a + i, b + i, n - i, table, row, lo, range, 1);
        } else if (is_short) {
            i += sucref_i_sum_short(to + i, a + i, b + i, n - i, table, row, lo, range, 0);
        }
        if (i < n) {
            const uint32_t z = table[a[i]] + table[256U + b[i]]; /* |z| < 2^30 */
            to[i] = sucref_i_post(&h->l, sucref_i_s32(z), mul, e, s->model->bytes + h->at.table);
        }
    }
}

#endif

/* the same of a product */
static void sucref_i_product(const sucref_net *s, const sucref_i_here *h, uint32_t from, uint32_t at, uint32_t again,
                             uint32_t n, int zero)
{
    const int32_t mul = sucref_i_s32(sucref_i_u32(s->model->bytes + h->at.multiplier));
    const int e = sucref_i_s8(SUCREF_READ_U8(s->model->bytes + h->at.exponent));
    uint32_t i;
    for (i = from; i < from + n; i++) {
        const int32_t a = (int32_t)sucref_i_at(&h->from, i) - h->in.zero,
                      b = (int32_t)sucref_i_at(SUCREF_I_SECOND(h), at) - zero;
        h->to[i] = sucref_i_post(&h->l, a * b, mul, e, s->model->bytes + h->at.table);
        if (++at == again) { at = 0; }
    }
}

/* n elements of a line of either; the second input is of the same shape, or has one for each channel */
static void sucref_i_sum_or_product(const sucref_net *s, const sucref_i_here *h, uint32_t y, uint32_t n)
{
    uint32_t from = y * h->outputs + s->row, at, again, left;
    sucref_tensor t;
    sucref_model_tensor(&t, s->model, h->l.from2);
    again = t.height != h->in.height || t.width != h->in.width ? h->out.channels : 0xFFFFFFFFU;
    at = again == 0xFFFFFFFFU ? from : s->row % again;
    if (SUCREF_I_KIND(&h->l) != SUCREF_KIND_ADD) {
        sucref_i_product(s, h, from, at, again, n, t.zero);
        return;
    }
    for (; n > 0; n -= left, from += left, at = 0) { /* up to where the second one starts again */
        left = again - at < n ? again - at : n;
        sucref_i_sum(s, h, h->to + from, h->from.bytes + from, SUCREF_I_SECOND(h)->bytes + at, left);
    }
}

/* n bytes of a line of a copy: of its box, or where it fills the output of that, or of all there is */
static void sucref_i_copy(const sucref_net *s, const sucref_i_here *h, uint32_t y, uint32_t n)
{
    const sucref_model *m = s->model;
    const uint8_t *lookup = h->l.act == SUCREF_ACT_LOOKUP ? m->bytes + h->at.table : NULL;
    const uint32_t n_c = h->fills ? h->out.channels : sucref_i_box(m, h, 8);
    uint32_t box[9], i, x, c;
    for (i = 0; i < 9; i++) { box[i] = sucref_i_box(m, h, (unsigned)i); }
    if (h->fills) { y -= box[3]; } /* above the box it wraps */
    x = box[6] != 0 ? s->row / n_c : 0;
    c = s->row - x * n_c;
    for (i = s->row; i < s->row + n; i++) {
        const uint32_t bx = h->fills ? x - box[4] : x, bc = h->fills ? c - box[5] : c; /* wrap left of the box */
        uint32_t from = i, to = i, u = h->out.zero;
        if (box[6] != 0) {
            from = ((box[0] + y) * h->in.width + box[1] + bx) * h->in.channels + box[2] + bc;
            to = ((box[3] + y) * h->out.width + box[4] + bx) * h->out.channels + box[5] + bc;
            if (++c == n_c) { c = 0; x++; }
        }
        if (box[6] == 0 || (y < box[6] && bx < box[7] && bc < box[8])) {
            u = sucref_i_at(&h->from, from);
            if (lookup != NULL) { u = SUCREF_READ_U8(lookup + u); }
        }
        h->to[to] = (uint8_t)u;
    }
}

/* METHOD 6: a softmax of the channels at a position */
static void sucref_i_softmax_at(const sucref_net *s, const sucref_i_here *h, uint32_t at)
{
    uint8_t *to = h->to + at;
    int exponent;
    const int32_t multiplier = sucref_i_multiplier_of(&exponent, s->model, &h->l, &h->at, 0);
    uint32_t i;
    for (i = 0; i < h->outputs; i++) { to[i] = (uint8_t)sucref_i_at(&h->from, at + i); }
    (void)sucref_softmax(to, to, h->outputs, multiplier, exponent);
}

/* outputs of a layer without weights at the position at hand; returns the cost */
static uint32_t sucref_i_do_other(sucref_net *s, const sucref_i_here *h)
{
    const uint32_t taps = sucref_i_taps(&h->l), left = h->outputs - s->row;
    uint32_t n = SUCREF_I_BYTES, cost = 1, i, y, x, at;
    sucref_i_position(s, h, &y, &x);
    at = (y * h->places + x) * h->out.channels;
    if (SUCREF_I_KIND(&h->l) == SUCREF_KIND_AVERAGE || SUCREF_I_KIND(&h->l) == SUCREF_KIND_MAX) {
        n = taps < 4096U ? 4096U / (taps + SUCREF_I_ROW_COST) + 1U : 1U;
        cost = taps + SUCREF_I_ROW_COST;
    } else if (SUCREF_I_KIND(&h->l) == SUCREF_KIND_SOFTMAX) {
        n = left;
        cost = SUCREF_I_SOFTMAX_COST;
    } else if (SUCREF_I_KIND(&h->l) <= SUCREF_KIND_MUL) {
        cost = SUCREF_I_ROW_COST;
    }
    if (n > left) { n = left; }
    switch (SUCREF_I_KIND(&h->l)) {
    case SUCREF_KIND_AVERAGE: case SUCREF_KIND_MAX: {
        const sucref_i_area a = sucref_i_area_of(h, y, x);
        i = 0;
#if SUCREF_I_MVE
        for (; (h->from.flip | h->from.k) == 0 && i + 4U <= n; i += 4U) {
            sucref_i_pool_four(h->to + at + s->row + i, s, h, &a, s->row + i);
        }
#endif
        for (; i < n; i++) { h->to[at + s->row + i] = sucref_i_pool(s, h, &a, s->row + i); }
        break;
    }
    case SUCREF_KIND_ADD: case SUCREF_KIND_MUL: sucref_i_sum_or_product(s, h, y, n); break;
    case SUCREF_KIND_COPY: sucref_i_copy(s, h, y, n); break;
    case SUCREF_KIND_SOFTMAX: sucref_i_softmax_at(s, h, at); break;
    default: /* a constant */
        for (i = s->row; i < s->row + n; i++) { h->to[i] = SUCREF_READ_U8(s->model->bytes + h->at.shift + i); }
        break;
    }
    s->row += n;
    return n * cost;
}

/* decides what the rows of the current group do, and lists the layer's input if they need it; returns the cost */
static uint32_t sucref_i_start_group(sucref_net *s, const sucref_i_here *h)
{
    const int fresh = !SUCREF_I_STOPS || s->layer >= s->reached;
    uint32_t *list, *sum, columns, cost = 0;
    sucref_stop_group old = { 0, 0 };
    sucref_i_task task;
    if (s->group == 0) { sucref_i_start_layer(s, &h->l); }
    if (!SUCREF_I_STOPS && !SUCREF_I_WEIGHS(&h->l)) {
        s->mode = SUCREF_I_ALL;
        return sucref_i_start_other(s, h);
    }
    if (!SUCREF_I_WEIGHS(&h->l)) {
        uint32_t changed, present;
        sucref_i_passed_mark(s->model, &h->l, &h->out, s->changed, s->present, &changed, &present);
        if (SUCREF_I_KIND(&h->l) == SUCREF_KIND_COPY) { /* again, where one before it may have written over it */
            const uint32_t mark = *sucref_i_mark(s, h->l.to) & 0xFFFFU;
            if (mark < changed) { changed = mark; }
        }
        s->mode = (!SUCREF_I_ANY_CHANGE && changed == SUCREF_I_UNCHANGED) ||
                          (present == 0 && SUCREF_I_KIND(&h->l) != SUCREF_KIND_COPY) /* that has to fill its output */
                      ? SUCREF_I_SKIP
                      : SUCREF_I_ALL;
        return s->mode == SUCREF_I_SKIP ? 1U : sucref_i_start_other(s, h);
    }
    if (!fresh) { sucref_model_stop_group(&old, s->model, s->previous, (unsigned)h->l.first_group + s->group); }
    sucref_i_task_of(&task, &h->l, &h->e, fresh ? NULL : &old, s->changed < sucref_i_channels_of(s, h));
    s->first_plane = task.first; s->last_plane = task.last;
    s->mode = task.mode;
    if (task.mode == SUCREF_I_SKIP) { return 1; }
    if (SUCREF_I_STOPS && (SUCREF_I_ANY_CHANGE || SUCREF_I_ABSENT(old))) { sucref_i_changes(s, h->g.first_row); }
    if (task.mode == SUCREF_I_CONSTANT) { return 1; }
    columns = sucref_i_columns_of(s, &h->g);
    s->form = (uint8_t)sucref_i_form(s->model, &h->l, h->e.bits,
                                     sucref_i_group_channels(&h->l, &h->g, &h->in) <= s->present);
    if (s->form == SUCREF_I_CENTRED && sucref_i_by_bytes(s, h)) { s->form = SUCREF_I_OWN; } /* bytes are u */
    if (SUCREF_I_WINDOWED(h) || SUCREF_I_KIND(&h->l) == SUCREF_KIND_DEPTHWISE) {
        s->wide = s->slid = 0;
        s->prepared = (uint8_t)(SUCREF_I_ALL_NEW(s) && SUCREF_I_MODE(s) == SUCREF_I_ALL ? sucref_i_preparable(s, h)
                                                                                        : 0);
        return s->prepared ? sucref_i_prepare_rows(s, h) : 1U;
    }
    list = s->work + s->at_list;
    sum = SUCREF_I_KEEPS(&h->l) ? s->work + s->at_acc + h->l.n_out + s->group : NULL;
    if (task.mode == SUCREF_I_ADD && task.first == task.last) { /* another correction of what is there */
        list[SUCREF_I_LIST_SUM] = *sum;
        list[SUCREF_I_LIST_COUNT] = 0;
        return 1;
    }
    if (task.mode == SUCREF_I_DELTA) { /* but not where work may not depend on data, or a group before had all listed */
        s->mode = SUCREF_I_ALL;
        if (!SUCREF_I_ANY_CHANGE && s->form < SUCREF_I_HALF &&
            (list[SUCREF_I_LIST_COLUMNS] == 0 || list[SUCREF_I_LIST_FORM] != s->form)) {
            cost = 3U * (columns - s->changed);
            if (sucref_i_start_delta(s, h)) { s->mode = SUCREF_I_DELTA; }
        }
    }
    if (s->mode == SUCREF_I_DELTA) {
        list[SUCREF_I_LIST_SUM] += *sum;
    } else {
        cost += sucref_i_list(list, s->model, &h->l, &h->from, columns, s->form);
    }
    if (sum != NULL) { *sum = list[SUCREF_I_LIST_SUM]; }
    return cost;
}

/* sums of w u in place of sums of w d, where zero is the input's zero point; the other way round where it is less 0 */
static void sucref_i_uncentre(uint32_t *acc, const sucref_net *s, const sucref_i_here *h, uint32_t row, uint32_t rows,
                              uint32_t zero)
{
    const uint8_t *sum = s->model->bytes + h->at.sums + 4U * (h->g.first_row + row);
    uint32_t i;
    for (i = 0; i < rows; i++, sum += 4) { acc[i] += zero * SUCREF_READ_U32(sum); }
}

/* n words from one place to another that does not overlap it */
#ifdef SUCREF_I_ASM
SUCREF_I_NAKED static void sucref_i_copy_words(uint32_t *to, const uint32_t *from, uint32_t n)
{
    __asm__ volatile(".syntax unified\n\tpush {r4-r6, lr}\n\tsubs r2, r2, #4\n\tbcc 2f\n"
                     "1:\tldmia r1!, {r3-r6}\n\tstmia r0!, {r3-r6}\n\tsubs r2, r2, #4\n\tbcs 1b\n"
                     "2:\tadds r2, r2, #4\n\tbeq 4f\n"
                     "3:\tldmia r1!, {r3}\n\tstmia r0!, {r3}\n\tsubs r2, r2, #1\n\tbne 3b\n"
                     "4:\tpop {r4-r6, pc}");
}
#else
static void sucref_i_copy_words(uint32_t *to, const uint32_t *from, uint32_t n)
{
    const uint32_t *const end = from + n;
    for (; end - from >= 4; from += 4, to += 4) {
        to[0] = from[0]; to[1] = from[1]; to[2] = from[2]; to[3] = from[3];
    }
    while (from < end) { *to++ = *from++; }
}
#endif

/* the same of bytes, by words where both begin at one */
static void sucref_i_move_bytes(uint8_t *to, const uint8_t *from, uint32_t n)
{
    uint32_t i = 0;
    if (((size_t)to | (size_t)from) % 4U == 0) {
        sucref_i_copy_words((uint32_t *)(void *)to, (const uint32_t *)(const void *)from, n / 4U);
        i = n & ~(uint32_t)3;
    }
    for (; i < n; i++) { to[i] = from[i]; }
}

/* the sums of rows, up to seven more */
static inline void sucref_i_all_to(uint32_t *acc, uint32_t rows, uint32_t value)
{
    uint32_t *const end = acc + rows;
#ifdef SUCREF_I_ASM
    if (rows > 0) {
        __asm__ volatile(".syntax unified\n\tmovs r3, %2\n\tmovs r4, r3\n\tmovs r5, r3\n\tmovs r6, r3\n"
                         "1:\tstmia %0!, {r3-r6}\n\tstmia %0!, {r3-r6}\n\tcmp %0, %1\n\tbcc 1b"
                         : "+l"(acc)
                         : "r"(end), "l"(value)
                         : "r3", "r4", "r5", "r6", "cc", "memory");
    }
#else
    for (; acc < end; acc += 8) {
        acc[0] = acc[1] = acc[2] = acc[3] = acc[4] = acc[5] = acc[6] = acc[7] = value;
    }
#endif
}

/* accumulators of up to 16 rows, from the planes and, where kept, from before; returns the multiply-adds */
static uint32_t sucref_i_accumulate(const sucref_net *s, const sucref_i_here *h, uint32_t *acc, uint32_t *kept,
                                    uint32_t rows)
{
    const sucref_layer *l = &h->l;
    const sucref_group *g = &h->g;
    const uint32_t *list = s->work + s->at_list,
                   columns = SUCREF_I_WINDOWED(h) ? g->n_columns : sucref_i_columns_of(s, g);
    const unsigned first = SUCREF_I_STOPS ? s->first_plane : 0U, last = SUCREF_I_STOPS ? s->last_plane : 1U;
    const int any = first < last, /* or there is no list */
              halves = SUCREF_I_TO_HALVES(s->form) && any && columns > 0; /* these start from 0 */
    const uint32_t none = any && !halves && !SUCREF_I_BESIDE(s->form) /* these count it themselves */
                              ? 0U - sucref_i_over(list, columns)
                              : 0U;
    uint32_t *const end = acc + rows, *to, i;
    unsigned n;
    if (!halves) { sucref_i_all_to(acc, rows, none); }
    if (SUCREF_I_MODE(s) == SUCREF_I_ADD) { sucref_i_copy_words(acc, kept, rows); }
    for (n = first; n < last; n++) {
        const sucref_i_plane p =
            !SUCREF_I_STOPS ? h->plane
                            : sucref_i_plane_of(s->model->bytes + g->plane_offset[n], g->n_rows, g->n_columns,
                                                l->plan[n], sucref_i_layout(s->model, l));
        if (n > first || SUCREF_I_MODE(s) == SUCREF_I_ADD) {
            for (i = 0; i < rows; i++) { acc[i] = (acc[i] << p.width) + none; }
        }
        sucref_i_dot(acc, &p, list, columns, s->row, rows);
    }
    if (!SUCREF_I_BESIDE(s->form) && s->form == SUCREF_I_CENTRED && SUCREF_I_MODE(s) == SUCREF_I_ALL) {
        sucref_i_uncentre(acc, s, h, s->row, rows, h->l.in_zero);
    }
    for (to = acc; kept != NULL && s->mode == SUCREF_I_DELTA && to < end; to++) { *to += kept[to - acc]; }
    if (kept != NULL) { sucref_i_copy_words(kept, acc, rows); }
    return (last - first) * SUCREF_I_PAD4(rows) * list[SUCREF_I_LIST_COUNT];
}

#if SUCREF_I_FAMILY == SUCREF_PAIRS
/* adds to acc the sums of rows of whole weights, in blocks of eight, by so many parts; how many rows they are */
SUCREF_I_EACH uint32_t sucref_i_dot_parts(uint32_t *acc, const sucref_i_plane *plane, const uint32_t *part,
                                          uint32_t parts, uint32_t row, uint32_t rows)
{
    const uint32_t full = SUCREF_I_PAD4(plane->n_rows) & ~(uint32_t)7, step = 8U * plane->n_in,
                   end = row + rows < full ? rows : full - row;
    const uint8_t *const from = plane->bytes + row * plane->n_in; /* rows come by eight */
    uint32_t i = 0;
    if (end == 0) { return 0; }
    for (; parts > 0; parts--, part += part[SUCREF_I_PART_WORDS]) {
        const uint8_t *p = from + 8U * part[SUCREF_I_PART_BASE];
        for (i = 0; SUCREF_I_TWO && i + 16U <= end; i += 16U, p += 2U * step) {
            sucref_i_dot_two(acc + i, p, part, step);
        }
        if (!SUCREF_I_BY_SIMD(part) && i < end) {
            sucref_i_dot8(acc + i, p, part + SUCREF_I_PART_HEAD, 0x80008000U, 0x00800080U, (end - i + 7U) / 8U, step);
            i = (end + 7U) & ~(uint32_t)7;
        }
    }
    return i;
}
#endif

/* The same of a window's list and whole weights: one part, or one for each column of the window, whose blocks of eight
 * rows start at that column */
static uint32_t sucref_i_window_sums(uint32_t *acc, const uint32_t *part, const sucref_i_here *h, uint32_t row,
                                     uint32_t rows, unsigned positions)
{
    const uint32_t parts = h->slides != 0 && part[SUCREF_I_PART_KIND] == SUCREF_I_SIGNED ? h->slides : 1U;
    uint32_t i, k, none = 0, count = 0;
    const uint32_t *from = part;
    if (SUCREF_I_IS_ROWS(&h->plane) && positions == 2) {
        const uint32_t over[2] = { part[SUCREF_I_PART_OVER], part[SUCREF_I_PART_OVER_2] };
        sucref_i_two_places(acc, SUCREF_I_SHORT_ROWS, &h->plane, (const uint8_t *)(part + SUCREF_I_PART_HEAD), over,
                            row, SUCREF_I_PAD4(rows));
        return SUCREF_I_PAD4(rows) * part[SUCREF_I_PART_COUNT] * 2U;
    }
    if (SUCREF_I_IS_ROWS(&h->plane)) {
        sucref_i_all_to(acc, rows, none);
        sucref_i_dot_rows(acc, &h->plane, part, row, SUCREF_I_PAD4(rows));
        return SUCREF_I_PAD4(rows) * part[SUCREF_I_PART_COUNT];
    }
    if (SUCREF_I_IS_HALVES(&h->plane)) {
        sucref_i_dot_halves(acc, &h->plane, part + SUCREF_I_PART_HEAD, UINT32_MAX, row, rows, positions);
        return SUCREF_I_PAD4(rows) * part[SUCREF_I_PART_COUNT] * positions;
    }
    for (k = 0; k < parts; k++, from += from[SUCREF_I_PART_WORDS]) {
        none -= from[SUCREF_I_PART_OVER];
        count += from[SUCREF_I_PART_COUNT];
    }
    sucref_i_all_to(acc, rows, none);
    i = 0;
#if SUCREF_I_FAMILY == SUCREF_PAIRS
    if (part[SUCREF_I_PART_KIND] == SUCREF_I_SIGNED || SUCREF_I_BY_SIMD(part)) {
        i = sucref_i_dot_parts(acc, &h->plane, part, parts, row, rows);
    }
#endif
    while (i < rows) {
        const sucref_i_block b = sucref_i_block_of(&h->plane, row + i);
        sucref_i_dot_block(acc + i, h->plane.bytes + b.at, part, part + SUCREF_I_PART_HEAD, b.rows, &h->plane);
        i += b.rows;
    }
    return SUCREF_I_PAD4(rows) * count;
}

/* activations u of up to 16 rows of the current group, whose accumulators become their z; returns the cost */
static uint32_t sucref_i_compute_rows(uint8_t *u, uint32_t *acc, const sucref_net *s, const sucref_i_here *h,
                                      uint32_t rows)
{
    const sucref_layer *l = &h->l;
    const uint8_t *const bytes = s->model->bytes;
    const uint32_t row = s->row, first = h->g.first_row + row;
    uint32_t cost, sum, *kept = NULL;
    const int own = sucref_i_own_bytes(l, h->e.bits);
    if (SUCREF_I_KEEPS(l)) { kept = s->work + s->at_acc + first; }
    cost = own && SUCREF_I_WINDOWED(h)
               ? sucref_i_window_sums(acc, s->work + s->at_list + SUCREF_I_LIST_HEAD, h, row, rows, 1)
               : sucref_i_accumulate(s, h, acc, kept, rows);
    if (own && SUCREF_I_WINDOWED(h) && s->form == SUCREF_I_CENTRED) {
        sucref_i_uncentre(acc, s, h, row, rows, h->l.in_zero);
    }
    sum = s->work[s->at_list + SUCREF_I_LIST_SUM];
#if SUCREF_I_MVE
    if (!own || h->e.correction_offset != 0) {
        uint32_t i = h->e.correction_offset != 0 || h->g.n_columns > 16384U ? 0U : rows & ~(uint32_t)3;
        sucref_i_four_finish(acc, s->model, h, sum, first, i);
        for (; i < rows; i++) {
            acc[i] = (uint32_t)sucref_i_finish(bytes, sum, l, &h->at, &h->e, &h->g, row + i, acc[i]);
        }
        sucref_i_activate_z(u, acc, s->model, h, first, rows);
        return cost;
    }
#endif
    sucref_i_unbiased_rows(acc, bytes, sum, l, &h->at, &h->e, &h->g, row, rows);
    sucref_i_activate_rows(u, acc, s->model, h, first, rows);
    return cost;
}

/* what a group reads for an output: a view, of a window that the caller has; may it leave out columns? */
static int sucref_i_window_of(sucref_i_view *v, sucref_i_window *w, const sucref_net *s, const sucref_i_here *h,
                              uint32_t y, uint32_t x)
{
    const int dense = SUCREF_I_KIND(&h->l) == SUCREF_KIND_DENSE;
    const uint32_t read = sucref_i_channels_of(s, h), stride = h->stride;
    uint32_t y0, y1, x0, x1;
    int holes;
    *v = h->from;
    v->to = h->g.n_columns;
    if (h->g.n_columns == read && v->order == NULL) { /* one tap, all of whose channels are there: a line */
        v->bytes += (y * h->l.stride_h * h->in.width + x * h->l.stride_w) * h->in.channels;
        v->line = read;
        v->lines = 1;
        return 0;
    }
    v->window = w;
    w->y = (int32_t)(y * h->l.stride_h) - h->l.pad_top;
    w->x = (int32_t)(x * h->l.stride_w) - h->l.pad_left;
    w->height = h->in.height; w->width = h->in.width; w->channels = h->in.channels;
    w->kernel_h = dense ? h->in.height : h->l.kernel_h;
    w->kernel_w = dense ? h->in.width : h->l.kernel_w;
    w->dilation_h = dense ? 1U : h->l.dilation_h;
    w->dilation_w = dense ? 1U : h->l.dilation_w;
    w->stride = stride;
    w->read = read;
    w->zero = s->form == SUCREF_I_CENTRED ? 0U : h->in.zero; /* d is 0 there */
    if (read != stride) { return 1; }
    sucref_i_inside(&y0, &y1, w->y, w->kernel_h, w->dilation_h, w->height);
    sucref_i_inside(&x0, &x1, w->x, w->kernel_w, w->dilation_w, w->width);
    holes = (y1 - y0) * (x1 - x0) != w->kernel_h * w->kernel_w;
    if (read == w->channels && w->dilation_w == 1 &&
        (s->form == SUCREF_I_SIXTEENS ? !holes && v->k == 0 : !holes || w->zero == 0 || s->form == SUCREF_I_HALF)) {
        if (!holes) { v->window = NULL; }
        if (y0 == y1 || x0 == x1) { y1 = y0; x1 = x0 + 1U; } /* none of it inside: no lines */
        v->line = (x1 - x0) * stride;
        v->pitch = w->dilation_h * w->width * stride;
        v->lines = y1 - y0;
        v->skip = (w->kernel_w - (x1 - x0)) * stride;
        v->fill = w->zero;
        v->column = (y0 * w->kernel_w + x0) * stride;
        if (y0 < y1) { v->bytes += (((uint32_t)w->y + y0 * w->dilation_h) * w->width + (uint32_t)w->x + x0) * stride; }
    }
    return holes;
}

#if SUCREF_I_SLIDES
/* lists column kx of the window at (y, x), so that its entries count from column 0 of a window; 0 where there is no
 * room. The lists stand one behind the other, each in the room of the longest. */
static int sucref_i_list_column(const sucref_net *s, const sucref_i_here *h, uint32_t slot, uint32_t y, uint32_t x,
                                uint32_t kx)
{
    const uint32_t n = h->l.kernel_h * h->stride, words = SUCREF_I_PART_HEAD + SUCREF_I_PART_ENDS + n + n / 4U,
                   in_x = x + kx - h->l.pad_left, /* wraps before the picture */
                   pitch = (uint32_t)h->l.dilation_h * h->in.width * h->in.channels;
    const int32_t in_y = (int32_t)(y * h->l.stride_h) - h->l.pad_top;
    uint32_t *const part = s->work + s->at_list + SUCREF_I_LIST_HEAD + slot * words, from, at, y0, y1 = 0;
    sucref_i_builder b;
    b.flip = 0;
    b.zero = s->form == SUCREF_I_CENTRED ? h->in.zero : 0U;
    b.most = h->chunk;
    b.room = n / 4U;
    sucref_i_begin_part(&b, part, 0);
    sucref_i_inside(&y0, &y1, in_y, h->l.kernel_h, h->l.dilation_h, in_x < h->in.width ? h->in.height : 0U);
    from = (((uint32_t)in_y + y0 * h->l.dilation_h) * h->in.width + in_x) * h->in.channels;
    for (at = y0 * h->slides * h->stride; y0 < y1; y0++, from += pitch, at += h->slides * h->stride) {
        const uint8_t *const u = h->from.bytes + from;
        if (b.zero != 0 ? !sucref_i_push_signed(&b, u, h->stride, at) : !sucref_i_push_plain(&b, u, h->stride, at)) {
            return 0;
        }
    }
    sucref_i_end_part(&b, slot + 1U < h->slides ? 0U : h->g.n_columns, SUCREF_I_SIGNED); /* where parts end */
    part[SUCREF_I_PART_WORDS] = words;
    return 1;
}

/* lists the columns of the window at (y, x) that the one before it did not have; returns the cost, 0 where there is no
 * room */
static uint32_t sucref_i_slide(sucref_net *s, const sucref_i_here *h, uint32_t y, uint32_t x)
{
    uint32_t *part = s->work + s->at_list + SUCREF_I_LIST_HEAD, kx, cost = 0;
    const uint32_t all = h->slides, start = h->back ? h->places - 1U : 0U, news = x == start || s->slid == 0 ? all : 1U,
                   from = h->back ? 0U : all - news, each = h->l.kernel_h * h->stride; /* the new ones */
    uint32_t first = 0;                              /* where the list of column 0 stands */
    if (news != all) { first = h->back ? (s->slid == 1 ? all - 1U : s->slid - 2U) : s->slid == all ? 0U : s->slid; }
    s->slid = 0;
    for (kx = from; kx < from + news; kx++, cost += each) {
        const uint32_t slot = first + kx < all ? first + kx : first + kx - all;
        if (!sucref_i_list_column(s, h, slot, y, x, kx)) { return 0; }
    }
    for (kx = 0; kx < all; kx++, part += part[SUCREF_I_PART_WORDS]) {
        part[SUCREF_I_PART_BASE] = (kx >= first ? kx - first : kx + all - first) * h->stride;
    }
    s->slid = (uint8_t)(1U + first);
    return cost;
}
#else
#  define sucref_i_slide(s, h, y, x) 0U
#endif

#if SUCREF_I_BY_ROWS
/* bytes of what a group reads for an output, for rows; returns their sum */
static uint32_t sucref_i_put_window(uint8_t *to, const sucref_net *s, const sucref_i_here *h, uint32_t y, uint32_t x)
{
    sucref_i_window w;
    sucref_i_view v;
    uint8_t flip;
    (void)sucref_i_window_of(&v, &w, s, h, y, x);
    /* bytes are turned all at once, but where what lies outside would become a 0 that views leave out */
    flip = v.k == 0 && (v.window == NULL || w.zero != v.flip) ? v.flip : 0U;
    if (flip != 0) {
        v.flip = 0;
        w.zero = (uint8_t)((v.window != NULL ? w.zero : 0U) ^ flip);
    }
    return sucref_i_put_view(to, &v, SUCREF_I_PAD16(v.to), flip);
}

/* columns' bytes at n positions, `step` from one's to the next one's; over[n] = 128 times the sums */
SUCREF_I_ALONE SUCREF_I_FAST static void sucref_i_put_places(uint32_t *over, uint8_t *to, const uint8_t *u,
                                                             int32_t step, uint32_t columns, uint32_t n, uint8_t flip)
{
    const uint32_t bytes = SUCREF_I_PAD16(columns);
    for (;; u += step, to += bytes) {
        *over++ = sucref_i_put_bytes(to, u, columns, flip) << 7;
        sucref_i_put_zeros(to, columns, bytes);
        if (--n == 0) { break; } /* u does not leave its tensor */
    }
}

/* the same of n positions, one behind the other; over[n] = 128 times the sums */
static void sucref_i_list_many(uint32_t *over, const sucref_net *s, const sucref_i_here *h, uint32_t y, uint32_t x,
                               uint32_t n)
{
    uint8_t *to = (uint8_t *)(s->work + s->at_list + SUCREF_I_LIST_HEAD + SUCREF_I_PART_HEAD);
    const uint32_t last = h->back ? 0U : h->places - 1U, columns = h->g.n_columns, bytes = SUCREF_I_PAD16(columns);
    if (columns == sucref_i_channels_of(s, h) && h->l.stride_h == 1 && h->l.stride_w == 1 &&
        h->places == h->in.width && h->from.order == NULL && h->from.k == 0) { /* 1 x 1: inputs lie as outputs do */
        const int32_t step = h->back ? -(int32_t)h->in.channels : (int32_t)h->in.channels;
        const uint8_t *u = h->from.bytes + (y * h->in.width + x) * h->in.channels;
        sucref_i_put_places(over, to, u, step, columns, n, h->from.flip);
        return;
    }
    for (; n > 0; n--, to += bytes) {
        *over++ = sucref_i_put_window(to, s, h, y, x) << 7;
        if (x == last) {
            y = h->back ? y - 1U : y + 1U;
            x = h->places - 1U - last;
        } else {
            x = h->back ? x - 1U : x + 1U;
        }
    }
}

/* do all taps of an output of a depthwise layer lie inside the picture? */
static int sucref_i_is_whole(const sucref_i_here *h, uint32_t y, uint32_t x)
{
    const uint32_t top = y * h->l.stride_h - h->l.pad_top, left = x * h->l.stride_w - h->l.pad_left; /* or they wrap */
    return top < h->in.height && left < h->in.width && top + (h->l.kernel_h - 1U) * h->l.dilation_h < h->in.height &&
           left + (h->l.kernel_w - 1U) * h->l.dilation_w < h->in.width;
}

/* sums of all rows of a depthwise layer at n positions from one on, as sucref_i_many_of_rows has them */
static void sucref_i_depthwise_many(uint32_t *acc, uint32_t words, const sucref_net *s, const sucref_i_here *h,
                                    uint32_t y, uint32_t x, uint32_t n)
{
    sucref_i_area a = sucref_i_area_of(h, y, x);
#if SUCREF_I_MVE
    if (h->l.n_out == h->in.channels && h->l.kernel_h == 3 && h->l.kernel_w == 3 && (h->from.flip | h->from.k) == 0 &&
        h->g.n_rows % 8U == 0 && h->g.first_row + h->g.n_rows <= s->present) {
        const uint32_t step = (uint32_t)h->l.stride_w * h->in.channels;
        sucref_i_nine_of(acc, h, &a, h->plane.bytes, h->g.first_row, words, n, (h->back ? 0U - step : step) - words);
        return;
    }
#endif
    for (; n > 0; n--, acc += words, a.x += h->back ? -(int32_t)h->l.stride_w : (int32_t)h->l.stride_w) {
        (void)sucref_i_depthwise_rows(acc, s, h, &a, h->g.n_rows);
    }
}
#endif

/* from a position's output to the next one's, or to the one before it, where it wraps */
static inline uint32_t sucref_i_next_output(const sucref_i_here *h)
{
    const uint32_t n = h->out.channels;
    return h->back ? 0U - n : n;
}

/* the same of what a position reads */
static inline uint32_t sucref_i_next_input(const sucref_i_here *h)
{
    const uint32_t n = (uint32_t)h->l.stride_w * h->in.channels;
    return h->back ? 0U - n : n;
}

#if SUCREF_I_RUNS_OF_LISTS || (SUCREF_I_RUNS && SUCREF_I_HALVES)
/* a position of a run, where its window starts, and do all lines of that lie inside the picture? */
typedef struct { uint32_t y, x, from; int inside; } sucref_i_place;

static void sucref_i_line_of(sucref_i_place *at, const sucref_i_here *h)
{
    const uint32_t top = at->y * h->l.stride_h - h->l.pad_top; /* or it wraps */
    at->from = (top * h->in.width + at->x * h->l.stride_w - h->l.pad_left) * h->in.channels;
    at->inside = top < h->in.height && top + (h->l.kernel_h - 1U) * h->l.dilation_h < h->in.height;
}

static inline void sucref_i_next_place(sucref_i_place *at, const sucref_i_here *h)
{
    at->from += sucref_i_next_input(h);
    at->x += h->back ? (uint32_t)0 - 1U : 1U;
    if (at->x < h->places) { return; }
    at->x = h->back ? h->places - 1U : 0U;
    at->y += h->back ? (uint32_t)0 - 1U : 1U;
    sucref_i_line_of(at, h);
}

static inline int sucref_i_has_all(const sucref_i_place *at, const sucref_i_here *h)
{
    return at->inside && at->x >= h->whole_from && at->x < h->whole_to;
}

/* what of a window lies inside the picture: so many lines of bytes, `pitch` apart, whose columns are `next` apart; of
 * the first one which column that is */
typedef struct { uint32_t line, lines, pitch, next, column, flip; } sucref_i_patch;

static void sucref_i_patch_of(sucref_i_patch *p, const sucref_i_here *h)
{
    p->next = h->l.kernel_w * h->stride;
    p->pitch = (uint32_t)h->l.dilation_h * h->in.width * h->stride;
    p->line = p->next;
    p->lines = h->l.kernel_h;
    p->column = 0;
    p->flip = h->from.flip;
}

/* the same of a window of which not all lies inside; returns where it starts */
static const uint8_t *sucref_i_part_of(sucref_i_patch *p, const sucref_i_here *h, const sucref_i_place *at)
{
    const sucref_i_area a = sucref_i_area_of(h, at->y, at->x);
    sucref_i_patch_of(p, h);
    p->line = (a.x1 - a.x0) * h->stride;
    p->lines = p->line != 0 ? a.y1 - a.y0 : 0U;
    p->column = (a.y0 * h->l.kernel_w + a.x0) * h->stride;
    return p->lines != 0 ? h->from.bytes + (at->from + a.y0 * p->pitch + a.x0 * h->stride) : NULL; /* wraps back */
}

/* puts them, every second byte or every one; returns their sum */
SUCREF_I_EACH uint32_t sucref_i_put_lines_by(uint8_t *to, uint32_t step, const uint8_t *u, const sucref_i_patch *p)
{
    const uint32_t line = p->line, skip = (p->next - line) * step, pitch = p->pitch, flip = p->flip;
    uint32_t sum = 0, lines = p->lines;
    for (; lines > 0; to += skip) {
        const uint8_t *v = u, *const end = u + line;
        do {
            const uint32_t x = *v++ ^ flip;
            *to = (uint8_t)x;
            to += step;
            sum += x;
        } while (v != end);
        if (--lines > 0) { u += pitch; } /* it does not leave the tensor */
    }
    return sum;
}
SUCREF_I_ALONE SUCREF_I_FAST static uint32_t sucref_i_put_lines(uint8_t *to, uint32_t step, const uint8_t *u,
                                                                const sucref_i_patch *p)
{
    return step == 2 ? sucref_i_put_lines_by(to, 2, u, p) : sucref_i_put_lines_by(to, 1, u, p);
}

/* a window's bytes; returns their sum. all: of windows that lie inside */
static uint32_t sucref_i_put_place(uint8_t *to, uint32_t step, const sucref_i_here *h, const sucref_i_place *at,
                                   const sucref_i_patch *all)
{
    const uint32_t columns = h->g.n_columns, zero = h->in.zero;
    sucref_i_patch p;
    const uint8_t *u;
    uint32_t k;
    if (sucref_i_has_all(at, h)) { return sucref_i_put_lines(to, step, h->from.bytes + at->from, all); }
    for (k = 0; k < columns; k++) { to[k * step] = (uint8_t)zero; }
    u = sucref_i_part_of(&p, h, at);
    return sucref_i_put_lines(to + p.column * step, step, u, &p) + (columns - p.line * p.lines) * zero;
}
#endif

#if SUCREF_I_RUNS && SUCREF_I_HALVES
/* what lies inside as halves, and what does not: position 0 or 1 of so many */
static void sucref_i_put_half_place(uint32_t *x, const sucref_i_here *h, const sucref_i_place *at,
                                    const sucref_i_patch *all, unsigned positions)
{
    const uint32_t columns = h->g.n_columns, words = SUCREF_I_PAD4(columns) / 2U;
    const int whole = sucref_i_has_all(at, h);
    sucref_i_patch p = *all;
    const uint8_t *u = whole ? h->from.bytes + at->from : sucref_i_part_of(&p, h, at);
    uint32_t k;
    for (k = whole ? words : 0U; k < words; k++) { x[k * positions] = h->in.zero * 0x10001U; }
    for (k = columns; k < SUCREF_I_PAD4(columns); k++) { sucref_i_put_half(x, 0, k, positions); }
    for (k = p.column; p.lines > 0; p.lines--, k += p.next) {
        (void)sucref_i_put_halves(x, u, p.line, k, positions, p.flip);
        if (p.lines > 1) { u += p.pitch; }
    }
}

/* the same one behind the other, four at a time, where their sum is not asked for */
static void sucref_i_copy_lines(uint8_t *to, const uint8_t *u, const sucref_i_patch *p)
{
    const uint32_t flip = p->flip;
    uint32_t lines = p->lines;
    for (;; u += p->pitch) {
        const uint8_t *v = u, *const end = u + p->line;
#if defined(SUCREF_I_WORD_READS) && defined(__ARM_FEATURE_UNALIGNED)
        for (; end - v >= 4; v += 4, to += 4) {
            ((sucref_i_unaligned *)(void *)to)->word = SUCREF_I_FOUR(v) ^ flip * 0x01010101U;
        }
#endif
        for (; v < end; v++) { *to++ = (uint8_t)(*v ^ flip); }
        if (--lines == 0) { return; } /* u does not leave the tensor */
    }
}

/* windows of a few columns by way of their bytes */
enum { SUCREF_I_FEW_HALVES = 64 };
static void sucref_i_put_few(uint32_t *x, const sucref_i_here *h, sucref_i_place *at, const sucref_i_patch *all)
{
    uint32_t bytes[2][SUCREF_I_FEW_HALVES / 4], i;
    for (i = 0; i < 2; i++, sucref_i_next_place(at, h)) {
        bytes[i][(h->g.n_columns - 1U) / 4U] = 0; /* beyond them */
        if (sucref_i_has_all(at, h)) { sucref_i_copy_lines((uint8_t *)bytes[i], h->from.bytes + at->from, all); }
        else { (void)sucref_i_put_place((uint8_t *)bytes[i], 1, h, at, all); }
    }
    sucref_i_put_two(x, (const uint8_t *)bytes[0], (const uint8_t *)bytes[1], SUCREF_I_PAD4(h->g.n_columns));
}

/* windows as halves, of positions from one on, which becomes the one behind them: one or two */
SUCREF_I_ALONE SUCREF_I_FAST static void sucref_i_put_windows(uint32_t *x, const sucref_i_here *h, sucref_i_place *at,
                                                              const sucref_i_patch *all, unsigned positions)
{
    const int plain = all->flip == 0 && all->line % 4U == 0, first = sucref_i_has_all(at, h);
    sucref_i_place next = *at;
    unsigned i;
    if (positions == 2 && !plain && h->g.n_columns <= SUCREF_I_FEW_HALVES) {
        sucref_i_put_few(x, h, at, all);
        return;
    }
    sucref_i_next_place(&next, h);
    if (positions == 2 && plain && first && sucref_i_has_all(&next, h)) {
        const uint8_t *u = h->from.bytes + at->from, *v = h->from.bytes + next.from;
        uint32_t lines = all->lines;
        for (;;) {
            sucref_i_put_two(x, u, v, all->line);
            if (--lines == 0) { break; }
            x += all->line; u += all->pitch; v += all->pitch; /* they do not leave the tensor */
        }
        *at = next;
        sucref_i_next_place(at, h);
        return;
    }
    for (i = 0; i < positions; i++, sucref_i_next_place(at, h)) {
        sucref_i_put_half_place(x + i, h, at, all, positions);
    }
}
#endif

#if SUCREF_I_PAIRS_OF_PLACES
/* in place of a list, the bytes of two positions side by side; returns the cost */
static uint32_t sucref_i_list_two(sucref_net *s, const sucref_i_here *h, uint32_t y, uint32_t x)
{
    uint32_t *const list = s->work + s->at_list, *const part = list + SUCREF_I_LIST_HEAD;
    uint8_t *const to = (uint8_t *)(part + SUCREF_I_PART_HEAD);
    const uint32_t columns = h->g.n_columns;
    sucref_i_place at;
    sucref_i_patch all;
    at.y = y; at.x = x;
    sucref_i_line_of(&at, h);
    sucref_i_patch_of(&all, h);
    part[SUCREF_I_PART_COLUMNS] = part[SUCREF_I_PART_COUNT] = columns;
    part[SUCREF_I_PART_WORDS] = SUCREF_I_PART_HEAD + SUCREF_I_WORDS(2U * columns);
    part[SUCREF_I_PART_KIND] = SUCREF_I_TWO_KIND;
    part[SUCREF_I_PART_SUM] = part[SUCREF_I_PART_SECOND] = part[SUCREF_I_PART_BASE] = 0;
    part[SUCREF_I_PART_OVER] = sucref_i_put_place(to, 2, h, &at, &all) << 7;
    sucref_i_next_place(&at, h);
    part[SUCREF_I_PART_OVER_2] = sucref_i_put_place(to + 1, 2, h, &at, &all) << 7;
    sucref_i_go_wide(s, 2);
    sucref_i_list_total(list, &h->l, columns);
    return 2U * columns;
}
#endif

/* lists what a group reads for the output at hand, and the one behind it where there are two; returns the cost */
SUCREF_I_ALONE static uint32_t sucref_i_list_window(sucref_net *s, const sucref_i_here *h, uint32_t y, uint32_t x,
                                                    unsigned positions)
{
    const uint32_t last = h->back ? 0U : h->places - 1U, columns = h->g.n_columns;
    uint32_t *list = s->work + s->at_list, cost = 0;
    sucref_i_purpose why;
    sucref_i_window w;
    sucref_i_view v;
    unsigned i;
    sucref_i_list_begin(list, s->form);
#if SUCREF_I_RUNS && SUCREF_I_HALVES
    if (h->runs == SUCREF_I_RUN_HALVES && positions == 2) {
        sucref_i_place at;
        sucref_i_patch all;
        at.y = y; at.x = x;
        sucref_i_line_of(&at, h);
        sucref_i_patch_of(&all, h);
        sucref_i_begin_halves(list + SUCREF_I_LIST_HEAD, columns, 2);
        sucref_i_put_windows(list + SUCREF_I_LIST_HEAD + SUCREF_I_PART_HEAD, h, &at, &all, 2);
        sucref_i_list_total(list, &h->l, columns);
        return 2U * columns;
    }
#endif
#if SUCREF_I_PAIRS_OF_PLACES
    if (positions == 2 && !SUCREF_I_BESIDE(s->form)) { return sucref_i_list_two(s, h, y, x); }
#endif
    if (SUCREF_I_BESIDE(s->form)) {
        for (i = 0; i < positions; i++) {
            if (SUCREF_I_TO_HALVES(s->form)) {
                const int holes = sucref_i_window_of(&v, &w, s, h, y, x);
                sucref_i_build_halves(list, &v, columns, i, positions, holes);
            } else {
                sucref_i_end_rows(list, i, columns,
                                  sucref_i_put_window(sucref_i_rows_room(list, i, columns), s, h, y, x));
            }
            cost += columns;
            if (x == last) {
                y = h->back ? y - 1U : y + 1U;
                x = h->places - 1U - last;
            } else {
                x = h->back ? x - 1U : x + 1U;
            }
        }
    } else {
        why.m = s->model; why.l = &h->l; why.form = s->form; why.most = h->chunk;
        why.wide = s->wide != 0 || h->bytes_only;
        if (h->slides == 0) {
            (void)sucref_i_window_of(&v, &w, s, h, y, x);
            cost = sucref_i_list_part(list, &why, &v);
        } else if (!why.wide) {
            cost = sucref_i_slide(s, h, y, x);
        }
        if (cost == 0) {
            why.wide = 1;
            s->slid = 0;
            list[SUCREF_I_LIST_NEXT] = SUCREF_I_LIST_HEAD;
            (void)sucref_i_window_of(&v, &w, s, h, y, x);
            cost = sucref_i_list_part(list, &why, &v);
        }
        if (list[SUCREF_I_LIST_HEAD + SUCREF_I_PART_KIND] == SUCREF_I_BYTES_KIND) { sucref_i_go_wide(s, 1); }
        else { s->wide = 0; }
    }
    sucref_i_list_total(list, &h->l, columns);
    return cost;
}

/* rows of a vector's quantum */
static inline uint32_t sucref_i_block_rows(const sucref_model *m, const sucref_layer *l)
{
    return sucref_i_rows(m, l) ? (uint32_t)SUCREF_I_MOST_ROWS : (uint32_t)SUCREF_I_ROWS;
}

/* up to 16 rows of the current group, in the layout `rows` 32, at a place of the output, all the way; returns the
 * cost */
SUCREF_I_ALONE static uint32_t sucref_i_do_block(sucref_net *s, const sucref_i_here *h, const sucref_i_area *area,
                                                 uint32_t at, uint32_t rows)
{
    const uint32_t first = h->g.first_row + s->row;
    uint32_t acc[SUCREF_I_MOST_ROWS], *logits = s->work + s->at_logits + at, i, cost = 0;
    uint8_t room[SUCREF_I_MOST_ROWS], *out = h->to + at;
    uint8_t *u = SUCREF_I_ALL_NEW(s) ? out : room; /* is a change to be noticed? */
    if (SUCREF_I_MODE(s) == SUCREF_I_CONSTANT) {
        const uint8_t *constant = s->model->bytes + h->e.correction_offset + s->row;
        for (i = 0; i < rows; i++) { acc[i] = 0; u[i] = SUCREF_READ_U8(constant + i); }
    } else if (SUCREF_I_KIND(&h->l) == SUCREF_KIND_DEPTHWISE) {
        cost = sucref_i_depthwise_rows(acc, s, h, area, rows);
        sucref_i_activate_rows(u, acc, s->model, h, first, rows);
    } else {
        cost = sucref_i_compute_rows(u, acc, s, h, rows);
    }
    if (s->layer == s->answer) { sucref_i_copy_words(logits, acc, rows); }
    for (i = 0; u == room && i < rows; i++) {
        if (out[i] != u[i]) { sucref_i_changes(s, first + i); }
        out[i] = u[i];
    }
    return cost + rows * SUCREF_I_ROW_COST;
}

#if SUCREF_I_HALVES
/* Activations at u of rows from `row` on of a group, of two positions whose halves are x, without their sums on the
 * way; 0 where that is not possible */
static int sucref_i_two_to_bytes(uint8_t *u, const sucref_net *s, const sucref_i_here *h, const uint32_t *x,
                                 uint32_t row, uint32_t rows)
{
    const uint32_t pitch = SUCREF_I_PAD4(h->g.n_columns);
    if (!SUCREF_I_HALVES_TO_BYTES || !SUCREF_I_IS_HALVES(&h->plane) || rows % 4U != 0 ||
        pitch > SUCREF_I_HALF_CHUNK || !SUCREF_I_FINISHES(&h->l) || sucref_i_has_halves(s, h)) {
        return 0;
    }
    sucref_i_halves_two(u, h->plane.bytes + row * pitch, x, pitch / 4U, rows / 4U, h->rows + SUCREF_I_PREPARED * row,
                        sucref_i_next_output(h));
    return 1;
}
#endif

#if SUCREF_I_PAIRS_OF_PLACES
/* sums of rows at two positions, whose bytes are u; over: what each position's start from. Of centred lists u - zero
 * point, as the rows' constants want it. */
static void sucref_i_sums_of_two(uint32_t *acc, const sucref_net *s, const sucref_i_here *h, const uint8_t *u,
                                 uint32_t over, uint32_t over_2, uint32_t row, uint32_t rows)
{
    sucref_i_bytes_two(acc, h->plane.bytes + row * h->g.n_columns, u, h->g.n_columns, SUCREF_I_PAD8(rows) / 4U, over,
                       over_2);
    if (s->form == SUCREF_I_CENTRED) {
        sucref_i_uncentre(acc, s, h, row, rows, 0U - h->l.in_zero);
        sucref_i_uncentre(acc + SUCREF_I_SHORT_ROWS, s, h, row, rows, 0U - h->l.in_zero);
    }
}
#else
#  define sucref_i_sums_of_two(acc, s, h, u, over, over_2, row, rows) ((void)0)
#endif

/* rows of the short way at the position at hand, and the one behind it where there are two; returns the cost */
static uint32_t sucref_i_do_short(sucref_net *s, const sucref_i_here *h, const sucref_i_area *area, uint32_t at,
                                  uint32_t rows, unsigned positions)
{
    const uint32_t *part = s->work + s->at_list + SUCREF_I_LIST_HEAD;
    uint32_t acc[SUCREF_I_SHORT_ROWS * (SUCREF_I_HALVES || SUCREF_I_BY_ROWS || SUCREF_I_PAIRS_OF_PLACES ? 2 : 1)];
    const int32_t step = sucref_i_s32(sucref_i_next_output(h)); /* to the second position */
    uint32_t cost;
#if SUCREF_I_HALVES
    if (positions == 2 && sucref_i_two_to_bytes(h->to + at + s->row, s, h, part + SUCREF_I_PART_HEAD, s->row, rows)) {
        return rows * h->row_cost * 2U;
    }
#endif
    if (SUCREF_I_PAIRS_OF_PLACES && positions == 2 && !SUCREF_I_BESIDE(s->form)) {
        sucref_i_sums_of_two(acc, s, h, (const uint8_t *)(part + SUCREF_I_PART_HEAD), 0U - part[SUCREF_I_PART_OVER],
                             0U - part[SUCREF_I_PART_OVER_2], s->row, rows);
        cost = SUCREF_I_PAD4(rows) * h->g.n_columns * 2U;
    } else if (SUCREF_I_KIND(&h->l) == SUCREF_KIND_DEPTHWISE) {
        cost = sucref_i_depthwise_rows(acc, s, h, area, rows);
    } else {
        cost = sucref_i_window_sums(acc, part, h, s->row, rows, positions);
    }
    if (SUCREF_I_MVE && s->form == SUCREF_I_CENTRED) { sucref_i_uncentre(acc, s, h, s->row, rows, h->l.in_zero); }
    sucref_i_finish_places(h->to + at + s->row, step, acc, SUCREF_I_SHORT_ROWS, positions, s, h, s->row, rows);
    return cost + rows * SUCREF_I_ROW_COST * positions;
}

#if SUCREF_I_BY_ROWS
/* Of a layer of rows, and of a depthwise one, how many positions are done at once, all the way and before any output is
 * written, so that it does not matter where that lies: two or more, or 0: one by one. They are as many as a quantum
 * has left, a list holds and sums have room for; depthwise ones lie inside the picture and in one line. */
static uint32_t sucref_i_many_of_rows(const sucref_net *s, const sucref_i_here *h, uint32_t spent)
{
    const uint32_t rows = SUCREF_I_PAD8(h->g.n_rows), columns = h->g.n_columns, enough = sucref_i_enough(s->model),
                   each = rows * (columns + SUCREF_I_ROW_COST) + columns;
    uint32_t n, left, y, x;
    if (!SUCREF_I_WEIGHS(&h->l) || SUCREF_I_KIND(&h->l) == SUCREF_KIND_DENSE || h->rows == NULL) { return 0; }
    n = spent < enough ? (enough - spent) / each : 0U;
    if (n > SUCREF_I_MANY) { n = SUCREF_I_MANY; }
    if (SUCREF_I_KIND(&h->l) == SUCREF_KIND_CONV) {
        left = ((uint32_t)h->lines - s->y) * h->places - s->x;
        if (n > left) { n = left; }
        while (n > 2U && n * SUCREF_I_PAD16(columns) > SUCREF_I_LISTED_BYTES) { n--; }
        return n >= 16U ? 16U : n >= 8U ? 8U : n >= 4U ? 4U : n & 2U;
    }
    if (n < 2U || rows > SUCREF_I_SHORT_ROWS) { return 0; }
    if (n > 2U * SUCREF_I_SHORT_ROWS / rows) { n = 2U * SUCREF_I_SHORT_ROWS / rows; }
    sucref_i_position(s, h, &y, &x);
    left = h->back ? x + 1U : h->places - x;
    if (n > left) { n = left; }
    if (!sucref_i_is_whole(h, y, x)) { return 0; }
    while (n > 1U && !sucref_i_is_whole(h, y, h->back ? x + 1U - n : x + n - 1U)) { n--; }
    return n < 2U ? 0U : n;
}

/* so many positions from the one at hand on, as above; returns the cost */
static uint32_t sucref_i_do_many_of_rows(sucref_net *s, const sucref_i_here *h, uint32_t n)
{
    const int conv = SUCREF_I_KIND(&h->l) == SUCREF_KIND_CONV;
    const int32_t step = sucref_i_s32(sucref_i_next_output(h));
    const uint32_t words = conv ? 2U * SUCREF_I_SHORT_ROWS / n & ~(uint32_t)3 : SUCREF_I_PAD8(h->g.n_rows),
                   columns = SUCREF_I_PAD16(h->g.n_columns);
    const uint8_t *const listed = (const uint8_t *)(s->work + s->at_list + SUCREF_I_LIST_HEAD + SUCREF_I_PART_HEAD);
    uint32_t acc[2U * SUCREF_I_SHORT_ROWS], over[SUCREF_I_MANY], i, y, x;
    uint8_t *to;
    sucref_i_position(s, h, &y, &x);
    to = h->to + ((y * h->places + x) * h->out.channels + h->g.first_row);
    if (conv) { sucref_i_list_many(over, s, h, y, x, n); }
    while (s->row < h->g.n_rows) {
        const uint32_t left = h->g.n_rows - s->row, rows = left < words ? left : words;
        for (i = 0; conv && i < n; i += 2U) {
            sucref_i_two_places(acc + i * words, words, &h->plane, listed + i * columns, over + i, s->row,
                                SUCREF_I_PAD4(rows));
        }
        if (!conv) { sucref_i_depthwise_many(acc, words, s, h, y, x, n); }
        sucref_i_finish_places(to + s->row, step, acc, words, n, s, h, s->row, rows);
        s->row += rows;
    }
    return n * (SUCREF_I_PAD8(h->g.n_rows) * (h->g.n_columns + SUCREF_I_ROW_COST) + h->g.n_columns);
}
#endif

/* ---- runs: positions that follow one another, done whole ----
 * Where rows are prepared, in blocks of eight or as halves, and the bytes they read lie together, positions go through
 * loops of their own, which decide little at a position: as many positions as a quantum has left. */

#if SUCREF_I_RUNS_OF_LISTS
/* all rows at a position whose list, or bytes, are there; at: its output. Returns the cost */
static uint32_t sucref_i_run_rows(const sucref_net *s, const sucref_i_here *h, uint32_t at)
{
    const uint32_t *const part = s->work + s->at_list + SUCREF_I_LIST_HEAD, n_rows = h->g.n_rows;
    uint32_t acc[SUCREF_I_SHORT_ROWS], row, rows, cost = 0;
    for (row = 0; row < n_rows; row += rows) {
        rows = n_rows - row < SUCREF_I_SHORT_ROWS ? n_rows - row : SUCREF_I_SHORT_ROWS;
        cost += sucref_i_window_sums(acc, part, h, row, rows, 1) + rows * SUCREF_I_ROW_COST;
        sucref_i_finish_places(h->to + at + row, 0, acc, 0, 1, s, h, row, rows);
    }
    return cost;
}

/* n positions of a 1 x 1 convolution; from, at: the first one's input and output. Where there is no room for a list the
 * rest is left, for bytes. Sets how many were done, returns the cost. */
static uint32_t sucref_i_run_of_lists(uint32_t *done, sucref_net *s, const sucref_i_here *h, uint32_t from, uint32_t at,
                                      uint32_t n)
{
    const uint32_t columns = h->g.n_columns, next_from = sucref_i_next_input(h), next_at = sucref_i_next_output(h);
    uint32_t *const part = s->work + s->at_list + SUCREF_I_LIST_HEAD, cost = 0;
    sucref_i_builder b;
    b.most = h->chunk;
    for (*done = 0; *done < n; (*done)++, from += next_from, at += next_at) {
        b.room = columns / 4U;
        sucref_i_begin_part(&b, part, 0);
        if (!sucref_i_push_plain(&b, h->from.bytes + from, columns, 0)) {
            sucref_i_go_wide(s, 0);
            break;
        }
        sucref_i_end_part(&b, columns, SUCREF_I_SIGNED);
        cost += columns + sucref_i_run_rows(s, h, at);
    }
    return cost;
}

/* the same of a line's windows that share lists of their columns, from (y, x) on */
static uint32_t sucref_i_run_of_slides(uint32_t *done, sucref_net *s, const sucref_i_here *h, uint32_t y, uint32_t x,
                                       uint32_t at, uint32_t n)
{
    const uint32_t next_at = sucref_i_next_output(h);
    uint32_t cost = 0;
    for (*done = 0; *done < n; (*done)++, at += next_at) {
        const uint32_t listed = sucref_i_slide(s, h, y, h->back ? x - *done : x + *done);
        if (listed == 0) {
            sucref_i_go_wide(s, 0);
            break;
        }
        cost += listed + sucref_i_run_rows(s, h, at);
    }
    return cost;
}

/* the same of windows, by bytes, from one on */
static void sucref_i_run_of_bytes(const sucref_net *s, const sucref_i_here *h, sucref_i_place *from, uint32_t at,
                                  uint32_t n)
{
    const uint32_t columns = h->g.n_columns, zero = s->form == SUCREF_I_CENTRED ? h->in.zero : 0U,
                   next_at = sucref_i_next_output(h);
    uint32_t *const part = s->work + s->at_list + SUCREF_I_LIST_HEAD;
    uint8_t *const to = (uint8_t *)(part + SUCREF_I_PART_HEAD);
    sucref_i_patch all;
    sucref_i_patch_of(&all, h);
#if SUCREF_I_PAIRS_OF_PLACES
    for (; n > 1 && !sucref_i_bytes_only(s->model, &h->l); n -= 2U, at += 2U * next_at) {
        uint32_t acc[2U * SUCREF_I_SHORT_ROWS], over[2], row, rows, i;
        SUCREF_ASSERT(sucref_i_prepared_len(&h->l) + SUCREF_I_LIST_HEAD + SUCREF_I_PART_HEAD +
                      SUCREF_I_WORDS(2U * columns) <= sucref_i_list_len(s->model, &h->l));
        for (i = 0; i < 2; i++, sucref_i_next_place(from, h)) {
            over[i] = 0U - (sucref_i_put_place(to + i, 2, h, from, &all) << 7);
        }
        for (row = 0; row < h->g.n_rows; row += rows) {
            rows = h->g.n_rows - row < SUCREF_I_SHORT_ROWS ? h->g.n_rows - row : SUCREF_I_SHORT_ROWS;
            sucref_i_sums_of_two(acc, s, h, to, over[0], over[1], row, rows);
            sucref_i_finish_places(h->to + at + row, sucref_i_s32(next_at), acc, SUCREF_I_SHORT_ROWS, 2, s, h, row,
                                   rows);
        }
    }
#endif
    part[SUCREF_I_PART_KIND] = SUCREF_I_BYTES_KIND;
    part[SUCREF_I_PART_ZERO] = zero;
    part[SUCREF_I_PART_BASE] = 0;
    part[SUCREF_I_PART_COUNT] = columns;
    part[SUCREF_I_PART_WORDS] = SUCREF_I_PART_HEAD + SUCREF_I_WORDS(columns);
    for (; n > 0; n--, sucref_i_next_place(from, h), at += next_at) {
        const uint32_t sum = sucref_i_put_place(to, 1, h, from, &all);
        part[SUCREF_I_PART_OVER] = (sum - columns * zero) << 7;
        (void)sucref_i_run_rows(s, h, at);
    }
}
#endif

#if SUCREF_I_RUNS && SUCREF_I_HALVES
/* the same by halves, two positions at a time */
static void sucref_i_run_of_halves(const sucref_net *s, const sucref_i_here *h, sucref_i_place *from, uint32_t at,
                                   uint32_t n)
{
    const uint32_t next_at = sucref_i_next_output(h);
    uint32_t *const x = s->work + s->at_list + SUCREF_I_LIST_HEAD + SUCREF_I_PART_HEAD,
             acc[2U * SUCREF_I_SHORT_ROWS], row, rows;
    sucref_i_patch all;
    sucref_i_patch_of(&all, h);
    while (n > 0) {
        const unsigned positions = n > 1 ? 2U : 1U;
        sucref_i_put_windows(x, h, from, &all, positions);
        row = positions == 2 && sucref_i_two_to_bytes(h->to + at, s, h, x, 0, h->g.n_rows) ? h->g.n_rows : 0U;
        for (; row < h->g.n_rows; row += rows) {
            rows = h->g.n_rows - row < SUCREF_I_SHORT_ROWS ? h->g.n_rows - row : SUCREF_I_SHORT_ROWS;
            sucref_i_dot_halves(acc, &h->plane, x, UINT32_MAX, row, rows, positions);
            sucref_i_finish_places(h->to + at + row, sucref_i_s32(next_at), acc, SUCREF_I_SHORT_ROWS, positions, s, h,
                                   row, rows);
        }
        at += positions * next_at;
        n -= positions;
    }
}
#endif

#if SUCREF_I_RUNS
/* all rows of a depthwise layer at a position */
static void sucref_i_depths_at(const sucref_net *s, const sucref_i_here *h, uint32_t y, uint32_t x, uint32_t at)
{
    const sucref_i_area a = sucref_i_area_of(h, y, x);
    sucref_i_walk_of_taps t = sucref_i_walk_taps(h, &a);
    const uint32_t taps = h->l.n_in, n_rows = h->g.n_rows;
    const uint8_t *const w = h->plane.bytes + 8U * (a.y0 * h->l.kernel_w + a.x0);
    uint32_t acc[SUCREF_I_SHORT_ROWS], row, rows;
    t.next_w = 8;
    t.pitch_w = 8U * h->l.kernel_w;
    t.u += h->g.first_row;
    if (t.places == 0) { t.lines = 0; }
    for (row = 0; row < n_rows; row += rows) {
        rows = n_rows - row < SUCREF_I_SHORT_ROWS ? n_rows - row : SUCREF_I_SHORT_ROWS;
        if (!sucref_i_depthwise_fast(acc, &t, t.u + row, w + row * taps, rows)) {
            sucref_i_depthwise_plain(acc, &t, t.u + row, w + row * taps, rows);
        }
        sucref_i_finish_places(h->to + at + row, 0, acc, 0, 1, s, h, row, rows);
    }
}

#if SUCREF_I_DEPTHS_AT_ONCE > 1
/* the same at two or three positions of a line that lies inside the picture, from (y, x) to the right */
static void sucref_i_depths_of_some(const sucref_net *s, const sucref_i_here *h, uint32_t y, uint32_t x, uint32_t at,
                                    uint32_t n)
{
    const uint32_t next = h->in.channels, pitch = (uint32_t)h->l.dilation_h * h->in.width * next,
                   edges = (x < h->whole_from ? 1U : 0U) | (x + n > h->whole_to ? 2U : 0U);
    const uint8_t *u = h->from.bytes + ((y * h->l.stride_h - h->l.pad_top) * h->in.width + x * h->l.stride_w + 1U -
                                        h->l.pad_left) * next + h->g.first_row;
    uint32_t acc[SUCREF_I_DEPTHS_AT_ONCE * SUCREF_I_DEPTH_WORDS], row, rows;
    for (row = 0; row < h->g.n_rows; row += rows, u += rows) {
        const uint8_t *const w = h->plane.bytes + 9U * row;
        rows = h->g.n_rows - row < SUCREF_I_DEPTH_WORDS ? h->g.n_rows - row : (uint32_t)SUCREF_I_DEPTH_WORDS;
        if (n == 2) { sucref_i_two_depths(acc, u, w, next, pitch, rows / 8U, edges, h->l.stride_w * next); }
#if SUCREF_I_DEPTHS_AT_ONCE > 2
        else if (h->l.stride_w == 1) { sucref_i_three_depths(acc, u, w, next, pitch, rows / 8U, edges); }
        else { sucref_i_three_depths_2(acc, u, w, next, pitch, rows / 8U, edges); }
#endif
        sucref_i_finish_places(h->to + at + row, (int32_t)h->out.channels, acc, SUCREF_I_DEPTH_WORDS, n, s, h, row,
                               rows);
    }
}

/* how many of n positions are done at once, of a line of 3 x 3 taps that lies inside the picture from top to bottom:
 * threes, or twos where one would be left; at most one place of a window lies outside on either side */
static uint32_t sucref_i_depths_at_once(const sucref_i_here *h, uint32_t y, uint32_t x, uint32_t n)
{
    const int three = SUCREF_I_DEPTHS_AT_ONCE > 2 && n >= 3 && (n != 4 || h->l.stride_w != 1),
              two = n >= 2 && (SUCREF_I_DEPTHS_AT_ONCE == 2 || h->l.stride_w == 1);
    const uint32_t top = y * h->l.stride_h - h->l.pad_top, /* or it wraps */
                   many = three ? 3U : two ? 2U : 1U, left = h->back ? x + 1U - many : x, last = left + many - 1U;
    return h->l.kernel_h == 3 && h->l.kernel_w == 3 && h->l.dilation_w == 1 && h->l.stride_w <= 2 &&
                   h->l.pad_left <= 1 && top < h->in.height && top + 2U * h->l.dilation_h < h->in.height &&
                   left + 1U >= h->whole_from && last <= h->whole_to &&
                   last * h->l.stride_w + 1U < h->in.width + (uint32_t)h->l.pad_left
               ? many
               : 1U;
}
#endif

/* n positions of a depthwise layer from (y, x) on in its line; at: the first one's output */
static void sucref_i_run_of_depths(const sucref_net *s, const sucref_i_here *h, uint32_t y, uint32_t x, uint32_t at,
                                   uint32_t n)
{
    const uint32_t next_at = sucref_i_next_output(h);
    uint32_t many = 1;
    for (; n > 0; n -= many, at += many * next_at, x += h->back ? 0U - many : many) {
#if SUCREF_I_DEPTHS_AT_ONCE > 1
        many = sucref_i_depths_at_once(h, y, x, n);
        if (many > 1) {
            const uint32_t before = h->back ? many - 1U : 0U; /* the leftmost one's */
            sucref_i_depths_of_some(s, h, y, x - before, at + before * next_at, many);
            continue;
        }
#endif
        sucref_i_depths_at(s, h, y, x, at);
    }
}

/* do positions of the group's runs go by bytes now? */
static inline int sucref_i_runs_by_bytes(const sucref_net *s, const sucref_i_here *h)
{
    return h->runs >= SUCREF_I_RUN_BYTES && h->runs <= SUCREF_I_RUN_SLIDES && (s->wide != 0 || h->bytes_only);
}

/* how many positions the run at hand has: 0 where there is none */
static uint32_t sucref_i_run_len(const sucref_net *s, const sucref_i_here *h, uint32_t spent)
{
    const uint32_t enough = sucref_i_enough(s->model), wide = s->wide,
                   n = spent == 0 ? h->run : spent < enough ? (enough - spent) / sucref_i_run_cost(h) : 0U;
    const int bytes = sucref_i_runs_by_bytes(s, h), windows = bytes || h->runs == SUCREF_I_RUN_HALVES;
    uint32_t left, y, x, top;
    if (bytes ? h->run < 2U && h->two_rows != 0 : h->runs == SUCREF_I_RUN_BYTES) { return 0; }
    if (windows || (h->through && h->runs != SUCREF_I_RUN_DEPTHS)) {
        left = ((uint32_t)h->lines - s->y) * h->places - s->x;
    } else if (h->runs == SUCREF_I_RUN_SLIDES) {
        left = (uint32_t)h->places - s->x;
    } else {
        sucref_i_position(s, h, &y, &x);
        top = y * h->l.stride_h - h->l.pad_top; /* or it wraps */
        if (h->runs == SUCREF_I_RUN_DEPTHS && h->in.zero == 0) { /* what lies outside counts nothing */
            left = h->back ? x + 1U : h->places - x;
        } else {
            if (x < h->whole_from || x >= h->whole_to || top >= h->in.height ||
                top + (h->l.kernel_h - 1U) * h->l.dilation_h >= h->in.height) { return 0; }
            left = h->back ? x + 1U - h->whole_from : h->whole_to - x;
        }
    }
    if (bytes && !h->bytes_only && left > SUCREF_I_WIDE_FOR - wide) { left = SUCREF_I_WIDE_FOR - wide; }
    if (n >= left) { return left; }
    return h->runs == SUCREF_I_RUN_HALVES || (SUCREF_I_PAIRS_OF_PLACES && windows && h->run > 1) ? n & ~(uint32_t)1 : n;
}

static uint32_t sucref_i_do_run(uint32_t *n, sucref_net *s, const sucref_i_here *h)
{
    uint32_t y, x, at;
    sucref_i_position(s, h, &y, &x);
    at = (y * h->places + x) * h->out.channels + h->g.first_row;
#if SUCREF_I_RUNS_OF_LISTS || SUCREF_I_HALVES
    {
        sucref_i_place from;
        from.y = y; from.x = x;
        sucref_i_line_of(&from, h);
#  if SUCREF_I_RUNS_OF_LISTS
        if (sucref_i_runs_by_bytes(s, h)) {
            sucref_i_go_wide(s, *n);
            sucref_i_run_of_bytes(s, h, &from, at, *n);
            return *n * sucref_i_run_cost(h);
        }
        if (h->runs == SUCREF_I_RUN_LISTS) { return sucref_i_run_of_lists(n, s, h, from.from, at, *n); }
        if (h->runs == SUCREF_I_RUN_SLIDES) { return sucref_i_run_of_slides(n, s, h, y, x, at, *n); }
#  endif
#  if SUCREF_I_HALVES
        if (h->runs == SUCREF_I_RUN_HALVES) { sucref_i_run_of_halves(s, h, &from, at, *n); }
#  endif
    }
#endif
    if (h->runs == SUCREF_I_RUN_DEPTHS) { sucref_i_run_of_depths(s, h, y, x, at, *n); }
    return *n * sucref_i_run_cost(h);
}
#endif

#if SUCREF_I_RUNS || SUCREF_I_BY_ROWS
/* how many positions are done at once, 0: one, or a part of it */
static uint32_t sucref_i_many(const sucref_net *s, const sucref_i_here *h, uint32_t spent)
{
    if (s->row != 0 || s->state == SUCREF_I_LISTED) { return 0; } /* that is begun */
#if SUCREF_I_BY_ROWS
    if (SUCREF_I_LAYOUT(s->model) == SUCREF_LAYOUT_ROWS) { return sucref_i_many_of_rows(s, h, spent); }
#endif
#if SUCREF_I_RUNS
    if (h->runs != SUCREF_I_RUN_NONE) { return sucref_i_run_len(s, h, spent); }
#endif
    return 0;
}

/* *n of them, of which it sets how many there were; returns the cost */
static uint32_t sucref_i_do_many(uint32_t *n, sucref_net *s, const sucref_i_here *h)
{
    uint32_t cost = 0;
#if SUCREF_I_BY_ROWS
    if (SUCREF_I_LAYOUT(s->model) == SUCREF_LAYOUT_ROWS) { cost = sucref_i_do_many_of_rows(s, h, *n); }
#endif
#if SUCREF_I_RUNS
    if (SUCREF_I_LAYOUT(s->model) != SUCREF_LAYOUT_ROWS) { cost = sucref_i_do_run(n, s, h); }
#endif
    s->row = *n != 0 ? h->outputs : 0U;
    return cost;
}
#else
#  define sucref_i_many(s, h, spent) 0U
#  define sucref_i_do_many(n, s, h) 0U
#endif

/* rows of a picture's layer at the position at hand, so many that they are worth a quantum; returns the cost */
static uint32_t sucref_i_do_blocks(sucref_net *s, const sucref_i_here *h, const sucref_i_area *area, uint32_t at,
                                   uint32_t most, uint32_t cost, unsigned positions)
{
    const uint32_t block = most * h->row_cost * positions, enough = sucref_i_enough(s->model);
    if (cost != 0 && cost + block > enough) { /* the list was a quantum */
        s->state = SUCREF_I_LISTED;
        return cost;
    }
    s->state = SUCREF_I_RUNNING;
    do {
        const uint32_t left = h->g.n_rows - s->row, rows = left < most ? left : most;
        cost += h->rows != NULL ? sucref_i_do_short(s, h, area, at, rows, positions)
                                : sucref_i_do_block(s, h, area, at + s->row, rows);
        s->row += rows;
    } while (s->row < h->g.n_rows && cost + block <= enough);
    return cost;
}

/* rows of the current group at the position at hand; returns the cost */
static uint32_t sucref_i_do_rows(sucref_net *s, const sucref_i_here *h, unsigned positions)
{
    uint32_t cost = 0, y, x, at;
    sucref_i_area area = { 0, 0, 0, 0, 0, 0 };
    if (SUCREF_I_KIND(&h->l) == SUCREF_KIND_DENSE && !SUCREF_I_WINDOWED(h)) {
        const uint32_t left = h->g.n_rows - s->row, most = sucref_i_block_rows(s->model, &h->l),
                       rows = left < most ? left : most;
        cost = sucref_i_do_block(s, h, &area,
                                 s->row + (sucref_i_has_heads(s->model, &h->l, s->layer) ? 0U : h->g.first_row), rows);
        s->row += rows;
        return cost;
    }
    sucref_i_position(s, h, &y, &x);
    at = (y * h->places + x) * h->out.channels + h->g.first_row;
    if (sucref_i_has_heads(s->model, &h->l, s->layer)) { at = 0; }
    if (SUCREF_I_WINDOWED(h)) {
        if (s->row == 0 && s->mode == SUCREF_I_ALL && s->state != SUCREF_I_LISTED) {
            cost = sucref_i_list_window(s, h, y, x, positions);
        }
    } else {
        area = sucref_i_area_of(h, y, x);
    }
    return sucref_i_do_blocks(s, h, &area, at, positions == 2 ? h->two_rows : h->step_rows, cost, positions);
}

/* a kept layer remembers the input that its accumulators are for; what has no value counts as 0 */
static void sucref_i_remember(const sucref_net *s, const sucref_layer *l)
{
    const uint8_t *from;
    uint8_t *to;
    uint32_t c;
    if (!SUCREF_I_KEEPS(l) || l->from == 0) { return; }
    to = (uint8_t *)(s->work + s->at_acc + l->n_out + l->n_groups);
    from = sucref_i_tensor_at(s, l->from);
    for (c = s->changed; c < l->n_in; c++) { to[c] = c < s->present ? from[c] : 0; }
}

/* the stop's outputs, in the original order, into the free record */
static void sucref_i_answer_stop(sucref_net *s, const sucref_layer *l)
{
    const uint32_t n = s->model->n_out, *const logits = s->work + s->at_logits;
    uint32_t *record = sucref_i_record(s, s->sequence + 1U), *const values = record + 2, r;
    uint8_t *const out = (uint8_t *)(values + n);
    const uint8_t *const act = sucref_i_tensor_at(s, l->to);
    sucref_tensor t;
    sucref_model_tensor(&t, s->model, l->to);
    if (SUCREF_I_WEIGHS(l) && !(l->flags & SUCREF_LAYER_ORDER)) { /* as they are */
        sucref_i_copy_words(values, logits, n);
        sucref_i_move_bytes(out, act, n);
    } else {
        for (r = 0; r < n; r++) {
            const uint32_t to = sucref_i_place_in_answer(s->model, l, r);
            values[to] = SUCREF_I_WEIGHS(l) ? logits[r] : act[r] - (uint32_t)t.zero; /* wraps below 0 */
            out[to] = act[r];
        }
    }
    if (s->model->softmax_multiplier != 0) {
        (void)sucref_softmax(out, out, n, s->model->softmax_multiplier, s->model->softmax_shift);
    }
    record[0] = s->stop; record[1] = s->spent;
    sucref_i_publish(s);
    s->previous = s->stop;
    s->reached = (uint8_t)(s->layer + 1U);
    s->stop = (uint8_t)(s->stop + 1U);
    s->layer = s->group = 0;
}

/* n positions further */
static void sucref_i_go_on(sucref_net *s, const sucref_i_here *h, uint32_t n)
{
    for (n += s->x; n >= h->places; n -= h->places) { s->y = (uint16_t)(s->y + 1U); }
    s->x = (uint16_t)n;
}

/* one quantum; 1 when it completed a stop, else h is where the next one is */
static int sucref_i_quantum(sucref_net *s, sucref_i_here *h, uint32_t *spent)
{
    uint32_t cost = 0;
    if (s->state == SUCREF_I_ANSWER) {
        *spent = s->model->n_out * SUCREF_I_SOFTMAX_COST;
        s->spent += *spent;
        s->state = SUCREF_I_FRESH;
        sucref_i_answer_stop(s, &h->l);
        return 1;
    }
    if (s->state == SUCREF_I_FRESH) {
        cost = sucref_i_start_group(s, h);
        sucref_i_pace(h, s);
        s->state = SUCREF_I_RUNNING;
        s->row = s->x = 0;
        s->y = s->mode == SUCREF_I_SKIP ? h->lines : 0;
    } else {
        const uint32_t enough = sucref_i_enough(s->model);
        do {
            uint32_t n = sucref_i_many(s, h, cost);
            if (n > 0) {
                cost += sucref_i_do_many(&n, s, h);
            } else if (cost != 0 && h->runs != SUCREF_I_RUN_NONE && sucref_i_many(s, h, 0) != 0) { /* of the next one */
                break;
            } else {
                n = sucref_i_positions(s, h);
                cost += SUCREF_I_WEIGHS(&h->l) ? sucref_i_do_rows(s, h, (unsigned)n) : sucref_i_do_other(s, h);
            }
            if (s->row >= h->outputs) {
                s->row = 0;
                sucref_i_go_on(s, h, n);
            }
        } while (s->y < h->lines && s->row == 0 && s->state != SUCREF_I_LISTED && cost + h->most <= enough &&
                 (h->two_rows == 0 || cost + sucref_i_positions(s, h) * h->most <= enough));
    }
    *spent = cost;
    s->spent += cost;
    if (s->y < h->lines) { return 0; }
    s->state = SUCREF_I_FRESH;
    s->row = s->y = 0;
    s->group = (uint16_t)(s->group + 1U);
    if (s->group < h->l.n_groups) {
        sucref_i_load_group(h, s);
        return 0;
    }
    sucref_i_remember(s, &h->l);
    sucref_i_finish_mark(s, h);
    s->group = 0;
    if (s->layer != s->answer) {
        s->layer = (uint16_t)(s->layer + 1U);
        sucref_i_load(h, s);
        return 0;
    }
    if (s->model->softmax_multiplier != 0) { /* a quantum of its own */
        s->state = SUCREF_I_ANSWER;
        return 0;
    }
    sucref_i_answer_stop(s, &h->l);
    return 1;
}

SUCREF_API int sucref_net_step(sucref_net *s, uint32_t budget)
{
    uint32_t done = 0, cost;
    sucref_i_here h;
    sucref_stop t;
    if (s == NULL) { return SUCREF_E_ARG; }
    if (s->state == SUCREF_I_IDLE) { return SUCREF_E_STATE; }
    if (s->stop >= s->model->usable_stops) { return SUCREF_DONE; }
    sucref_model_stop(&t, s->model, s->stop);
    if (t.in_bits > s->input_bits) { return SUCREF_WAIT; }
    sucref_i_load(&h, s);
    do {
        if (sucref_i_quantum(s, &h, &cost)) { return s->stop >= s->model->usable_stops ? SUCREF_DONE : SUCREF_STOP; }
        done = cost > 0xFFFFFFFFU - done ? 0xFFFFFFFFU : done + cost;
    } while (done < budget);
    return SUCREF_MORE;
}

SUCREF_API int sucref_net_run(sucref_net *s, unsigned stop)
{
    int status;
    if (s == NULL) { return SUCREF_E_ARG; }
    if (stop >= s->model->usable_stops) { return SUCREF_E_RANGE; }
    while (s->state == SUCREF_I_IDLE || s->stop <= stop) {
        status = sucref_net_step(s, 0xFFFFFFFFU);
        if (status < 0 || status == SUCREF_WAIT) { return status; }
    }
    return SUCREF_OK;
}

/* the most that a quantum of a layer costs */
static uint32_t sucref_i_layer_quantum(const sucref_model *m, const sucref_layer *l)
{
    sucref_tensor t;
    uint32_t most, cost;
    unsigned g;
    sucref_model_tensor(&t, m, SUCREF_I_WEIGHS(l) ? l->from : l->to);
    if (SUCREF_I_KIND(l) == SUCREF_KIND_DENSE && t.height == 1 && t.width == 1) { /* > 3 * n_in too */
        return (l->n_in * (uint32_t)l->n_planes + SUCREF_I_ROW_COST) * sucref_i_block_rows(m, l);
    }
    most = l->n_out * SUCREF_I_ROW_COST; /* preparing rows */
    if (most < sucref_i_enough(m)) { most = sucref_i_enough(m); }
    for (g = l->first_group; SUCREF_I_LISTS(l) && g < (unsigned)l->first_group + l->n_groups; g++) {
        sucref_group group;
        sucref_model_group(&group, m, g);
        cost = sucref_i_step_rows(l, group.n_columns);
        if (cost > SUCREF_I_PAD4(group.n_rows)) { cost = SUCREF_I_PAD4(group.n_rows); }
        cost *= group.n_columns * (uint32_t)l->n_planes + SUCREF_I_ROW_COST;
        if (cost < 2U * group.n_columns) { cost = 2U * group.n_columns; }
        if (cost > most) { most = cost; }
    }
    cost = SUCREF_I_KIND(l) == SUCREF_KIND_SOFTMAX     ? t.channels * (uint32_t)SUCREF_I_SOFTMAX_COST
           : SUCREF_I_KIND(l) == SUCREF_KIND_DEPTHWISE ? SUCREF_I_ROWS * (l->n_in + SUCREF_I_ROW_COST)
                                              : 4096U + sucref_i_taps(l) + SUCREF_I_ROW_COST; /* of a pool */
    return cost > most ? cost : most;
}

SUCREF_API uint32_t sucref_net_quantum(const sucref_model *m)
{
    uint32_t most = 0, cost;
    sucref_layer l;
    unsigned n;
    for (n = 0; m != NULL && n < m->n_layers; n++) {
        sucref_model_layer(&l, m, n);
        cost = sucref_i_layer_quantum(m, &l);
        if (cost > most) { most = cost; }
    }
    cost = m != NULL && m->softmax_multiplier != 0 ? m->n_out * SUCREF_I_SOFTMAX_COST : 0U;
    return cost > most ? cost : most;
}

SUCREF_API int sucref_net_answer(const sucref_net *s, sucref_answer *a)
{
    const uint32_t *record;
    if (s == NULL || a == NULL) { return SUCREF_E_ARG; }
    record = sucref_i_record(s, s->sequence);
    if (record[0] == SUCREF_I_NONE) { return SUCREF_E_STATE; }
    a->stop = (uint8_t)record[0]; a->spent = record[1];
    a->n_out = s->model->n_out;
    a->logits = (const int32_t *)(record + 2);
    a->out = (const uint8_t *)(record + 2U + a->n_out);
    return SUCREF_OK;
}

SUCREF_API int sucref_net_read(const sucref_net *s, sucref_answer *a, int32_t *logits, uint8_t *out)
{
    uint32_t before, r;
    int status;
    if (s == NULL || a == NULL) { return SUCREF_E_ARG; }
    do {
        do { before = s->sequence; } while (before != s->sequence); /* an 8-bit core reads it byte by byte */
        SUCREF_BARRIER();
        status = sucref_net_answer(s, a);
        for (r = 0; status == SUCREF_OK && r < a->n_out; r++) {
            if (logits != NULL) { logits[r] = a->logits[r]; }
            if (out != NULL) { out[r] = a->out[r]; }
        }
        SUCREF_BARRIER();
    } while (before != s->sequence);
    if (status == SUCREF_OK) { a->logits = logits; a->out = out; }
    return status;
}

SUCREF_API uint32_t sucref_argmax(const int32_t *z, uint32_t n)
{
    uint32_t best = 0, i;
    for (i = 1; i < n; i++) { if (z[i] > z[best]) { best = i; } }
    return best;
}

SUCREF_API uint32_t sucref_margin(const int32_t *z, uint32_t n, int32_t threshold)
{
    const uint32_t best = sucref_argmax(z, n);
    uint32_t i, margin = 0xFFFFFFFFU;
    if (n == 1) {
        return z[0] >= threshold ? (uint32_t)z[0] - (uint32_t)threshold : (uint32_t)threshold - (uint32_t)z[0];
    }
    for (i = 0; i < n; i++) {
        const uint32_t gap = (uint32_t)z[best] - (uint32_t)z[i];
        if (i != best && gap < margin) { margin = gap; }
    }
    return margin;
}

SUCREF_API int sucref_model_exit(sucref_exit *out, const sucref_model *m, unsigned stop)
{
    const uint8_t *p;
    sucref_stop s;
    sucref_model_stop(&s, m, stop);
    if (s.exit_offset == 0) { return SUCREF_E_STATE; }
    p = m->bytes + s.exit_offset;
    out->margin = sucref_i_u32(p);
    out->samples = sucref_i_u32(p + 4);
    out->disagreements = sucref_i_u32(p + 8);
    out->risk = sucref_i_u32(p + 12);
    return SUCREF_OK;
}

SUCREF_API int sucref_settled(const sucref_model *m, const sucref_answer *a)
{
    sucref_exit e;
    if (m == NULL || a == NULL) { return 0; }
    if (a->stop + 1U == m->n_stops) { return 1; }
    return a->logits != NULL && sucref_model_exit(&e, m, a->stop) == SUCREF_OK &&
           sucref_margin(a->logits, a->n_out, 0) >= e.margin;
}

SUCREF_API int sucref_settled_gray(int32_t z, int32_t lo, int32_t hi) { return z < lo || z > hi; }

/* ---- certified ---------------------------------------------------------------------------------------------------
 * Units: activations and their slack in 2^-8, norms times multipliers in 2^-20, |y| in 2^-4. Sizes, with
 * n_in, n_out < 2^16:
 *   |y|^2 <= 2^16 * 255 * 2^16 < 2^40, so |y| in 2^-4 < 2^24;   norm < 2^32, so norm * |y| < 2^56
 *   a row's share v * slope of a logit < 2^31, its square < 2^62, and the sum is refused from 2^63 on
 *   sums of v * centre: 2^16 rows of 2^8 * 2^17 < 2^41. */

typedef struct {
    const sucref_net *net;
    uint32_t *slope;          /* [rows] of the first layer: how far R.y moves an activation, per |y| */
    int32_t *centre, *slack;  /* [rows] activation = centre +- slack +- slope * |y|, in 2^-8 */
    uint8_t *lo, *hi;         /* [widest] bounds of the activations that the layer at hand reads */
    uint8_t *next_lo, *next_hi;
    uint64_t reach, root;     /* |y|; root */
} sucref_i_proof;

/* requantization rounds by at most 1; one unit each for the centre's own roundings */
enum { SUCREF_I_SLACK = 256 + 2 };

static uint64_t sucref_i_shift_up(uint64_t v, unsigned s) { return (v >> s) + ((v & (((uint64_t)1 << s) - 1U)) != 0); }

static unsigned sucref_i_shift_of(const sucref_model *m, const sucref_layer *l, uint32_t row)
{
    return SUCREF_READ_U8(m->bytes + sucref_i_params_of(l).shift + row);
}

/* weight of a whole row and column, from the digits of its planes; 0 where the group does not read the column */
static int sucref_i_weight(const sucref_model *m, const sucref_layer *l, const sucref_group *g, unsigned shift,
                           uint32_t row, uint32_t col)
{
    const int own = sucref_i_own_bytes(l, 8);
    const uint32_t taps = SUCREF_I_KIND(l) == SUCREF_KIND_CONV ? sucref_i_taps(l) : 1U, channels = g->n_columns / taps;
    unsigned i = own ? l->n_planes - 1U : 0U, v = 0, bit;
    if (col % (l->n_in / taps) >= channels) { return 0; }
    col = col / (l->n_in / taps) * channels + col % (l->n_in / taps); /* in the group's planes */
    for (; i < l->n_planes; i++) {
        const sucref_i_plane p = sucref_i_plane_of(m->bytes + g->plane_offset[i], g->n_rows, g->n_columns, l->plan[i],
                                                   sucref_i_layout(m, l));
        uint32_t at;
        if (SUCREF_I_IS_HALVES(&p)) { return sucref_i_whole_weight(&p, row, col); }
        at = sucref_i_digit_at(&bit, &p, row, col);
        v = v << p.width | ((unsigned)(SUCREF_READ_U8(p.bytes + at) >> bit) & ((1U << p.width) - 1U));
    }
    if (SUCREF_I_KIND(l) == SUCREF_KIND_DEPTHWISE) { return sucref_i_s8((uint8_t)v); }
    return (int)sucref_i_floor32((int32_t)v - 128, own ? 0U : shift); /* exact */
}

/* where a row of a layer lies: its group and that one's number, with the row counted inside it */
static uint32_t sucref_i_row_of(sucref_group *g, unsigned *number, const sucref_model *m, const sucref_layer *l,
                                uint32_t row)
{
    *number = l->first_group;
    sucref_model_group(g, m, *number);
    while (row >= g->first_row + g->n_rows) { sucref_model_group(g, m, ++*number); }
    return row - g->first_row;
}

/* v * multiplier * 2^exponent in units of 2^-bits, rounded down; bits + exponent must leave a shift to the right */
static int64_t sucref_i_scaled(int64_t v, const sucref_layer *l, int32_t multiplier, int exponent, int bits)
{
    if (l->requant != SUCREF_REQUANT_TFLITE) { return sucref_i_floor64(v * ((int64_t)1 << bits), (unsigned)exponent); }
    return sucref_i_floor64(v * multiplier, (unsigned)(31 - exponent - bits));
}

/* bounds of one activation of the first layer, and its line where it has one. z: centre; e: radius, at most 2^31 */
static void sucref_i_first_row(sucref_i_proof *p, const sucref_layer *l, uint32_t row, int64_t z, int64_t e,
                               uint32_t norm)
{
    const sucref_i_params at = sucref_i_params_of(l);
    int exponent;
    const int32_t multiplier = sucref_i_multiplier_of(&exponent, p->net->model, l, &at, row);
    const int32_t low = sucref_i_sat32(z - e), high = sucref_i_sat32(z + e), mid = sucref_i_sat32(z),
                  zero = ((int32_t)l->out_zero - l->lo) * 256, top = ((int32_t)l->hi - l->lo) * 256;
    int64_t pl, ph, pu, slope;
    p->lo[row] = sucref_i_activate(p->net->model, l, &at, low, row);
    p->hi[row] = sucref_i_activate(p->net->model, l, &at, high, row);
    p->centre[row] = ((int32_t)p->lo[row] + p->hi[row]) * 128;
    p->slack[row] = ((int32_t)p->hi[row] - p->lo[row]) * 128;
    p->slope[row] = 0;
    if (p->lo[row] == p->hi[row] || mid != z || (l->requant == SUCREF_REQUANT_TFLITE && exponent > 11) ||
        norm > 0x7FFFFFFFU) {
        return;
    }
    pl = sucref_i_scaled(low, l, multiplier, exponent, 8) + zero;
    ph = sucref_i_scaled(mid, l, multiplier, exponent, 8) + zero;
    pu = sucref_i_scaled(high, l, multiplier, exponent, 8) + 1 + zero;
    slope = sucref_i_scaled(norm, l, multiplier, exponent, 12) + 1;
    if (pu <= 0 || pu >= top || pl < -0x3FFFFFFF || slope > 0x7FFFFFFF) { return; }
    if (pl < 0) { /* the line L p .. L (p - pl); L in 2^-16, rounded up, is at most 1 */
        const int64_t line = (int64_t)((((uint32_t)pu << 16) - 1U) / (uint32_t)(pu - pl)) + 1;
        const int64_t half = (int64_t)sucref_i_shift_up((uint64_t)(-line * pl), 17);
        p->slope[row] = (uint32_t)sucref_i_shift_up((uint64_t)(line * slope), 16);
        ph = sucref_i_floor64(line * ph, 16) + half;
        p->slack[row] = (int32_t)(half + SUCREF_I_SLACK);
    } else {
        p->slope[row] = (uint32_t)slope;
        p->slack[row] = SUCREF_I_SLACK;
    }
    p->slack[row] += (int32_t)(sucref_i_scaled(1, l, multiplier, exponent, 8) + 2); /* z itself is known to +-1 */
    p->centre[row] = (int32_t)(ph + (int32_t)l->lo * 256);
}

/* the first layer at the stop that was reached; 0 where a bound is too wide to be used */
static int sucref_i_first_layer(sucref_i_proof *p, const uint8_t *bounds, unsigned stop, int is_last)
{
    const sucref_model *m = p->net->model;
    const uint8_t flip = m->input_type == SUCREF_INPUT_S8 ? 0x80U : 0U;
    uint32_t c, r, row;
    uint64_t square = 0;
    sucref_layer l;
    sucref_i_params at;
    sucref_model_layer(&l, m, 0);
    at = sucref_i_params_of(&l);
    for (c = 0; c < l.n_in; c++) {
        const uint32_t u = p->net->input[sucref_i_input_of(m, &l, c)] ^ (uint32_t)flip,
                       mean = SUCREF_READ_U8(m->bytes + at.mean + c), y = u > mean ? u - mean : mean - u;
        square += (uint64_t)(y * y) * SUCREF_READ_U8(m->bytes + at.weight + c); /* y * y < 2^16 */
    }
    p->reach = sucref_i_root(square << 8, 1);
    p->root = sucref_i_u32(bounds);
    for (r = 0; r < l.n_out; r++) {
        const uint32_t norm = sucref_i_u32(bounds + 4U + 4U * (l.n_out + r));
        const uint64_t e = sucref_i_shift_up(norm * p->reach, 12) + 1U;
        sucref_group g;
        sucref_stop_group entry;
        unsigned n;
        int32_t z;
        int64_t middle;
        row = sucref_i_row_of(&g, &n, m, &l, r);
        sucref_model_stop_group(&entry, m, stop, n);
        z = sucref_i_finish(m->bytes, p->net->work[p->net->at_kept + l.n_out + n], &l, &at, &entry, &g, row,
                            p->net->work[p->net->at_kept + r]);
        if (z == 0x7FFFFFFF || z < -0x7FFFFFFF || e > 0x7FFFFFFFU) { return 0; }
        middle = (int64_t)z + sucref_i_s32(sucref_i_u32(bounds + 4U + 4U * r)) + 1;
        if (!is_last) {
            sucref_i_first_row(p, &l, r, middle, (int64_t)e, norm);
            continue;
        }
        /* logits: in units of z, not 2^-8 */
        if (middle > 0x3FFFFFFF || middle < -0x3FFFFFFF || norm > 0x7FFFFU) { return 0; }
        p->centre[r] = (int32_t)middle;
        p->slack[r] = 1;
        p->slope[r] = norm << 12;
    }
    return 1;
}

/* bounds of a hidden layer's activations from those of its inputs: every w * u is monotone in u */
static void sucref_i_interval_layer(sucref_i_proof *p, unsigned n)
{
    const sucref_model *m = p->net->model;
    uint8_t *swap;
    uint32_t r, c;
    sucref_layer l;
    sucref_i_params at;
    sucref_model_layer(&l, m, n);
    at = sucref_i_params_of(&l);
    for (r = 0; r < l.n_out; r++) {
        int32_t low = sucref_i_s32(sucref_i_u32(m->bytes + at.bias + 4U * r)), high = low;
        sucref_group g;
        unsigned group;
        const uint32_t row = sucref_i_row_of(&g, &group, m, &l, r);
        const unsigned shift = sucref_i_shift_of(m, &l, r);
        for (c = 0; c < l.n_in; c++) {
            const int w = sucref_i_weight(m, &l, &g, shift, row, c);
            low += w * (int32_t)(w > 0 ? p->lo[c] : p->hi[c]);
            high += w * (int32_t)(w > 0 ? p->hi[c] : p->lo[c]);
        }
        p->next_lo[r] = sucref_i_activate(m, &l, &at, low, r);
        p->next_hi[r] = sucref_i_activate(m, &l, &at, high, r);
    }
    swap = p->lo; p->lo = p->next_lo; p->next_lo = swap;
    swap = p->hi; p->hi = p->next_hi; p->next_hi = swap;
}

/* is the sum of v over `n` rows, base + sum v_r a_r, proved positive? square: sum of (v * slope)^2 */
static int sucref_i_lines_positive(const sucref_i_proof *p, int64_t base, int64_t sum, uint64_t square,
                                   unsigned fraction)
{
    const uint64_t across = sucref_i_shift_up(sucref_i_root(square, 1) * p->root, 16); /* 2^32 * 2^24 */
    if (p->root > 0xFFFFFFU || across >= (uint64_t)1 << 39) { return 0; }
    return base * ((int64_t)1 << fraction) + sum > (int64_t)sucref_i_shift_up(across * p->reach, 24U - fraction);
}

/* is the difference of two logits (minus: of row a alone, times sign) proved positive by intervals or by lines? */
static int sucref_i_above(const sucref_i_proof *p, const sucref_layer *l, uint32_t a, uint32_t b, int one, int lines)
{
    const sucref_model *m = p->net->model;
    const uint32_t bias = sucref_i_params_of(l).bias;
    const int sign = one < 0 ? -1 : 1;
    int64_t base = (int64_t)sign * sucref_i_s32(sucref_i_u32(m->bytes + bias + 4U * a)), by_interval, by_lines = 0;
    uint64_t square = 0;
    sucref_group ga, gb;
    unsigned n;
    const uint32_t row_a = sucref_i_row_of(&ga, &n, m, l, a), row_b = sucref_i_row_of(&gb, &n, m, l, b);
    const unsigned shift_a = sucref_i_shift_of(m, l, a), shift_b = sucref_i_shift_of(m, l, b);
    uint32_t c;
    if (one == 0) { base -= sucref_i_s32(sucref_i_u32(m->bytes + bias + 4U * b)); }
    by_interval = base;
    for (c = 0; c < l->n_in; c++) {
        const int32_t v = sign * sucref_i_weight(m, l, &ga, shift_a, row_a, c) -
                          (one == 0 ? sucref_i_weight(m, l, &gb, shift_b, row_b, c) : 0);
        const uint32_t mag = (uint32_t)(v < 0 ? -v : v);
        by_interval += v * (int32_t)(v > 0 ? p->lo[c] : p->hi[c]);
        if (lines) {
            const uint64_t s = (uint64_t)mag * p->slope[c];
            by_lines += (int64_t)v * p->centre[c] - (int64_t)mag * p->slack[c];
            if (s > 0x7FFFFFFFU || square > (uint64_t)1 << 62) { lines = 0; } else { square += s * s; }
        }
    }
    return by_interval > 0 || (lines && sucref_i_lines_positive(p, base, by_lines, square, 8));
}

/* the same where the first layer is the last */
static int sucref_i_above_first(const sucref_i_proof *p, uint32_t a, uint32_t b, int one)
{
    const int64_t z = one < 0 ? -(int64_t)p->centre[a] : one > 0 ? p->centre[a] : (int64_t)p->centre[a] - p->centre[b];
    uint64_t square = (uint64_t)p->slope[a] * p->slope[a];
    if (one == 0) { square += (uint64_t)p->slope[b] * p->slope[b]; }
    return sucref_i_lines_positive(p, z - p->slack[a] - (one == 0 ? p->slack[b] : 0), 0, square, 0);
}

SUCREF_API size_t sucref_net_proof_len(const sucref_model *m)
{
    uint32_t rows = 0, widest = 0, words;
    sucref_layer l;
    unsigned n;
    for (n = 0; m != NULL && n < m->n_layers; n++) {
        sucref_model_layer(&l, m, n);
        if (n == 0) { rows = l.n_out; }
        if (l.n_out > widest) { widest = l.n_out; }
    }
    words = 3U * rows + 4U * SUCREF_I_WORDS(widest);
    return words == (uint32_t)(size_t)words ? (size_t)words : 0;
}

/* the bounds of a stop, or NULL where it has none or they are not what they should be */
static const uint8_t *sucref_i_bounds_of(const sucref_model *m, const sucref_stop *s, uint32_t rows)
{
    return s->bounds_offset != 0 &&
                   sucref_i_section_ok(m, s->bounds_offset, 4U + 8U * rows, s->end, SUCREF_I_T_BOUNDS, 0, 0)
               ? m->bytes + s->bounds_offset
               : NULL;
}

/* are there bounds for the stop that was just reached, and is all of the network that they need? */
static int sucref_i_provable(const sucref_net *s, unsigned stop)
{
    const sucref_model *m = s->model;
    sucref_layer l;
    sucref_stop t;
    sucref_stop_group e;
    unsigned n, g;
    sucref_model_stop(&t, m, stop);
    if (s->state != SUCREF_I_FRESH || s->layer != 0 || s->group != 0 || s->previous != stop || t.bounds_offset == 0) {
        return SUCREF_E_STATE;
    }
    sucref_model_layer(&l, m, 0);
    if (!(l.flags & SUCREF_LAYER_KEEP) || !(l.flags & SUCREF_LAYER_COLUMNS) || t.in_bits != 8 ||
        sucref_i_bounds_of(m, &t, l.n_out) == NULL) {
        return SUCREF_E_DATA;
    }
    /* the first layer's rows known in part, later ones whole, hidden activations monotone */
    for (n = 0; n < m->n_layers; n++) {
        sucref_model_layer(&l, m, n);
        if (n + 1U < m->n_layers && l.act > SUCREF_ACT_RELU6) { return SUCREF_E_STATE; }
        if (SUCREF_I_KIND(&l) != SUCREF_KIND_DENSE || l.from != n || l.to != n + 1U) { return SUCREF_E_DATA; }
        for (g = l.first_group; g < (unsigned)l.first_group + l.n_groups; g++) {
            sucref_model_stop_group(&e, m, stop, g);
            if (n == 0 ? e.bits == 0 : e.bits != 8) { return SUCREF_E_DATA; }
        }
    }
    return SUCREF_OK;
}

static void sucref_i_proof_begin(sucref_i_proof *p, const sucref_net *s, uint32_t *work)
{
    sucref_layer l;
    uint32_t widest;
    sucref_model_layer(&l, s->model, 0);
    widest = (uint32_t)(sucref_net_proof_len(s->model) - 3U * l.n_out); /* bytes of each of four arrays */
    p->net = s;
    p->slope = work; p->centre = (int32_t *)(work + l.n_out); p->slack = p->centre + l.n_out;
    p->lo = (uint8_t *)(work + 3U * l.n_out); p->hi = p->lo + widest;
    p->next_lo = p->hi + widest; p->next_hi = p->next_lo + widest;
}

SUCREF_API int sucref_net_proved(int *proved, const sucref_net *s, uint32_t *work, size_t work_len)
{
    sucref_i_proof p;
    sucref_answer a;
    sucref_layer l;
    sucref_stop t;
    uint32_t best, row = 0, k;
    unsigned n;
    int one, status;
    if (proved != NULL) { *proved = 0; }
    if (proved == NULL || s == NULL || work == NULL) { return SUCREF_E_ARG; }
    if (sucref_net_answer(s, &a) != SUCREF_OK) { return SUCREF_E_STATE; }
    if (a.stop + 1U == s->model->n_stops) { *proved = 1; return SUCREF_OK; }
    if (work_len < sucref_net_proof_len(s->model)) { return SUCREF_E_SPACE; }
    status = sucref_i_provable(s, a.stop);
    if (status != SUCREF_OK) { return status; }
    sucref_i_proof_begin(&p, s, work);
    sucref_model_stop(&t, s->model, a.stop);
    if (!sucref_i_first_layer(&p, s->model->bytes + t.bounds_offset, a.stop, s->model->n_layers == 1)) {
        return SUCREF_OK;
    }
    for (n = 1; n + 1U < s->model->n_layers; n++) { sucref_i_interval_layer(&p, n); }
    sucref_model_layer(&l, s->model, s->model->n_layers - 1U);
    best = sucref_argmax(a.logits, a.n_out);
    if (!(l.flags & SUCREF_LAYER_ORDER)) { row = best; }
    while ((l.flags & SUCREF_LAYER_ORDER) && row < l.n_out &&
           sucref_i_u16(s->model->bytes + sucref_i_params_of(&l).order + 2U * row) != best) {
        row++;
    }
    if (row == l.n_out) { return SUCREF_E_DATA; } /* the order is no permutation */
    one = l.n_out > 1 ? 0 : a.logits[0] >= 0 ? 1 : -1;
    for (k = 0; k < l.n_out; k++) {
        if (k == row && one == 0) { continue; }
        if (s->model->n_layers == 1 ? !sucref_i_above_first(&p, row, k, one)
                                    : !sucref_i_above(&p, &l, row, k, one, s->model->n_layers == 2)) {
            return SUCREF_OK;
        }
    }
    *proved = 1;
    return SUCREF_OK;
}

/* ---- softmax: gemmlowp fixed point -------------------------------------------------------------------------------
 * A value in Q(n) has n integer bits: real = raw / 2^(31-n). mul keeps round(a * b / 2^31). */

/* exp(a / 2^26) for a <= 0 in Q5, result in Q0 */
SUCREF_I_ALONE static int32_t sucref_i_exp(int32_t a)
{
    static const int32_t power[7] = { 1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242 };
    const int32_t fraction = (int32_t)((uint32_t)a & 0xFFFFFFU) - 0x1000000; /* (a mod 1/4) - 1/4 in Q5 */
    const uint32_t whole = (uint32_t)fraction - (uint32_t)a;                 /* multiples of 1/4 */
    const int32_t x = fraction * 32 + ((int32_t)1 << 28);                             /* Q0, about -1/8 */
    const int32_t x2 = sucref_i_mul31(x, x), x3 = sucref_i_mul31(x2, x), x4 = sucref_i_mul31(x2, x2);
    const int32_t poly = sucref_i_round_shift(sucref_i_mul31(sucref_i_round_shift(x4, 2) + x3, 715827883) + x2, 1);
    int32_t result = 1895147668 + sucref_i_mul31(1895147668, x + poly);
    unsigned i;
    for (i = 0; i < 7; i++) { if (whole & ((uint32_t)1 << (24 + i))) { result = sucref_i_mul31(result, power[i]); } }
    return result;
}

/* 1 / a for a in [1, 2), unsigned in Q1 to Q0 */
static int32_t sucref_i_reciprocal(uint32_t a)
{
    const int32_t half = (int32_t)(a / 2U);
    int32_t x = 1515870810 + sucref_i_mul31(half, -1010580540);      /* Q2: 48/17 - 32/17 * half */
    unsigned i;
    for (i = 0; i < 3; i++) {
        const int32_t error = ((int32_t)1 << 29) - sucref_i_mul31(half, x);
        x += sucref_i_up(sucref_i_mul31(x, error), 2);
    }
    return sucref_i_up(x, 1);
}

/* exp of a difference of two inputs in Q0 */
static int32_t sucref_i_exp_of(int32_t difference, int32_t multiplier, int left_shift)
{
    const int32_t a = sucref_i_mul31(sucref_i_up(difference, (unsigned)left_shift), multiplier);
    return a == 0 ? INT32_MAX : sucref_i_exp(a);
}

SUCREF_API int sucref_softmax(uint8_t *y, const uint8_t *x, uint32_t n, int32_t multiplier, int left_shift)
{
    int32_t kept[16], sum = 0, scale, e; /* of the first ones their powers need not be found twice */
    uint32_t i, max = 0;
    unsigned zeros = 0, over;
    if (x == NULL || y == NULL) { return SUCREF_E_ARG; }
    if (n < 1 || n > 4095U || multiplier < 0x40000000 || left_shift < 0 || left_shift > 31) { return SUCREF_E_RANGE; }
    for (i = 0; i < n; i++) { max = x[i] > max ? x[i] : max; }
    for (i = 0; i < n; i++) { /* sum in Q12 */
        e = sucref_i_exp_of((int32_t)x[i] - (int32_t)max, multiplier, left_shift);
        if (i < 16) { kept[i] = e; }
        sum += sucref_i_round_shift(e, 12);
    }
    while (!((uint32_t)sum & (0x80000000U >> zeros))) { zeros++; }
    over = 12U - zeros;
    scale = sucref_i_reciprocal((uint32_t)sum << zeros);
    for (i = 0; i < n; i++) {
        e = i < 16 ? kept[i] : sucref_i_exp_of((int32_t)x[i] - (int32_t)max, multiplier, left_shift);
        e = sucref_i_mul31(scale, e);
        e = over > 8U ? 0 : sucref_i_round_shift(e, over + 31U - 8U); /* over 32 bits of shift leave less than a half */
        y[i] = (uint8_t)(e > 255 ? 255 : e < 0 ? 0 : e);
    }
    return SUCREF_OK;
}

#if defined(__OPTIMIZE_SIZE__) && defined(__GNUC__) && !defined(__clang__)
#  pragma GCC pop_options
#endif
#if !defined(SUCREF_NO_DITHER) || !defined(SUCREF_NO_PARITY)
/* ---- frames and messages: bytes in RAM, which model bytes need not lie in ---------------------------------------- */
static uint32_t sucref_i_crc_ram(const uint8_t *p, size_t len)
{
    uint32_t crc = 0xFFFFFFFFU;
    for (; len > 0; len--) { crc = sucref_i_crc_byte(crc, *p++); }
    return ~crc;
}

static uint32_t sucref_i_get_le(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}
static void sucref_i_put_le(uint8_t *p, uint32_t v, unsigned bytes)
{
    for (; bytes > 0; bytes--, v >>= 8) { *p++ = (uint8_t)v; }
}
#endif

#ifndef SUCREF_NO_DITHER
/* ---- dither: implementation ------------------------------------------------------------------------------------- */
/* x >> 15, which AVR would do bit by bit */
static inline uint32_t sucref_i_shift15(uint32_t x)
{
#ifdef __AVR__
    return (x >> 16 << 1) + (uint8_t)((uint8_t)(x >> 8) >> 7);
#else
    return x >> 15;
#endif
}

static inline uint32_t sucref_i_mix(uint32_t x)
{
    uint32_t a = 0x21F0AAADU, b = 0xD35A2D97U;
    SUCREF_I_HIDE(a); /* small cores multiply faster than the compiler's shifts and additions */
    SUCREF_I_HIDE(b);
    x ^= x >> 16; x *= a; /* wraps on purpose */
    x ^= sucref_i_shift15(x); x *= b;
    return x ^ sucref_i_shift15(x);
}

SUCREF_API void sucref_stream_init(sucref_stream *s, uint32_t seed_low, uint32_t seed_high, uint32_t stream)
{
    uint32_t a = sucref_i_mix(seed_low + 0x9E3779B9U), b = sucref_i_mix(seed_high ^ a);
    a = sucref_i_mix(a + b + stream);
    b = sucref_i_mix(b ^ a);
    s->k0 = sucref_i_mix(a + 0x85EBCA6BU);
    s->k1 = sucref_i_mix(b + a);
}

static inline uint32_t sucref_i_random(const sucref_stream *s, uint32_t counter)
{
#ifdef SUCREF_PHILOX /* the first of its two words */
    uint32_t key = s->k0, high = s->k1;
    unsigned round;
    for (round = 0; round < 7; round++, key += 0x9E3779B9U) {
        const uint64_t product = (uint64_t)0xD256D193U * counter;
        counter = (uint32_t)(product >> 32) ^ key ^ high;
        high = (uint32_t)product;
    }
    return counter;
#else
    return sucref_i_mix(sucref_i_mix(counter + s->k0) + s->k1);
#endif
}

SUCREF_API uint32_t sucref_random(const sucref_stream *s, uint32_t counter) { return sucref_i_random(s, counter); }

/* uniform on 0..2^bits-1; the sign of value i, 32 to a counter: 1 is minus */
static inline int32_t sucref_i_uniform(const sucref_stream *r, uint32_t counter, unsigned bits)
{
    return (int32_t)(sucref_i_random(r, counter) >> (32U - bits));
}
static inline uint32_t sucref_i_minus(const sucref_stream *r, uint32_t counter, uint32_t i)
{
    return sucref_random(r, counter + (i >> 5)) >> (i & 31U) & 1U;
}

SUCREF_API int sucref_grid_for(sucref_grid *st, uint32_t max, uint32_t levels)
{
    unsigned shift = 24;
    if (st == NULL) { return SUCREF_E_ARG; }
    if (max < 1 || max > 0x20000000U || levels < 1 || levels > 32766U) { return SUCREF_E_RANGE; }
    while (((uint64_t)levels << shift) >= 0x20000000U) { shift--; } /* 14 at the least */
    if ((levels << shift) / max == 0) { return SUCREF_E_RANGE; }
    st->multiplier = (levels << shift) / max;
    st->shift = (uint8_t)shift;
    st->kind = SUCREF_DITHER_SUBTRACTIVE;
    return SUCREF_OK;
}

static inline int sucref_i_no_values(sucref_values v) { return (v.i16 == NULL) == (v.i32 == NULL); }
static inline int32_t sucref_i_value_of(sucref_values v, size_t i) { return v.i32 != NULL ? v.i32[i] : v.i16[i]; }

/* SUCREF_OK when x and the step keep the module's limits; most: largest |y| beside 2^29 */
static int sucref_i_fits(sucref_values x, const sucref_grid *st, uint32_t most)
{
    uint32_t limit;
    size_t i;
    if (st->shift - 1U >= 24 || st->multiplier < 1 || st->multiplier > 0x1FFFFFFFU) { return SUCREF_E_RANGE; }
    limit = (most < 0x1FFFFFFFU ? most : 0x1FFFFFFFU) / st->multiplier;
    for (i = 0; i < x.n; i++) {
        const int32_t value = sucref_i_value_of(x, i);
        if ((value < 0 ? 0U - (uint32_t)value : (uint32_t)value) > limit) { return SUCREF_E_RANGE; }
    }
    return SUCREF_OK;
}

/* are a decoder's step and indices such that nothing overflows? */
static int sucref_i_indices_fit(const int16_t *q, size_t n, const sucref_grid *st)
{
    size_t i;
    if (st->shift < 1 || st->shift > 24) { return SUCREF_E_RANGE; }
    for (i = 0; i < n; i++) {
        const uint32_t mag = (uint32_t)(q[i] < 0 ? -(int32_t)q[i] : (int32_t)q[i]);
        if (mag > (0x20000000U >> st->shift) + 2U) { return SUCREF_E_RANGE; }
    }
    return SUCREF_OK;
}

/* D4: the nearest point of even sum to t / 2S, t odd: round each; if their sum is odd, move the worst one.
 * q[4] from y[4] and u[4] */
static void sucref_i_d4(int32_t *q, const int32_t *y, const int32_t *u, unsigned shift)
{
    int32_t worst = -1, sum = 0, way = 1;
    unsigned at = 0, i;
    for (i = 0; i < 4; i++) {
        const int32_t t = 2 * (y[i] + u[i]) + 1;
        int32_t d, mag;
        q[i] = sucref_i_floor32(t + ((int32_t)1 << shift), shift + 1U);
        d = t - q[i] * ((int32_t)2 << shift);
        mag = d < 0 ? -d : d;
        sum += q[i];
        if (mag > worst) { worst = mag; at = i; way = d < 0 ? -1 : 1; }
    }
    if (sum & 1) { q[at] += way; }
}

static inline int32_t sucref_i_d4_uniform(const sucref_stream *r, uint32_t counter, unsigned i, unsigned shift)
{
    return sucref_i_uniform(r, counter, i == 3 ? shift + 1U : shift);
}

static void sucref_i_encode_d4(int16_t *q, sucref_values x, const sucref_grid *st, const sucref_stream *r,
                               uint32_t counter)
{
    size_t i;
    unsigned k;
    for (i = 0; i < x.n; i += 4) {
        int32_t y[4], u[4], p[4];
        for (k = 0; k < 4; k++) {
            y[k] = sucref_i_value_of(x, i + k) * (int32_t)st->multiplier;
            u[k] = sucref_i_d4_uniform(r, counter + (uint32_t)i + k, k, st->shift);
        }
        sucref_i_d4(p, y, u, st->shift);
        for (k = 0; k < 4; k++) { q[i + k] = (int16_t)p[k]; }
    }
}

SUCREF_API int sucref_dither_encode(int16_t *q, sucref_values x, const sucref_grid *st, const sucref_stream *r,
                                    uint32_t counter)
{
    uint32_t most;
    size_t i;
    unsigned terms, k;
    int status;
    if (q == NULL || sucref_i_no_values(x) || st == NULL || r == NULL) { return SUCREF_E_ARG; }
    if (st->kind > SUCREF_DITHER_D4 || (st->kind == SUCREF_DITHER_D4 && x.n % 4 != 0)) { return SUCREF_E_RANGE; }
    terms = st->kind == SUCREF_DITHER_SUBTRACTIVE ? 1U : st->kind;
    /* dithers add less than `terms` steps; the last one of D4, or the parity, up to two */
    most = st->kind == SUCREF_DITHER_D4 ? 32765U : 32768U - terms;
    status = sucref_i_fits(x, st, st->shift < 16 ? most << st->shift : 0x1FFFFFFFU);
    if (status != SUCREF_OK) { return status; }
    if (st->kind == SUCREF_DITHER_D4) {
        sucref_i_encode_d4(q, x, st, r, counter);
        return SUCREF_OK;
    }
    for (i = 0; i < x.n; i++) {
        int32_t y = sucref_i_value_of(x, i) * (int32_t)st->multiplier;
        for (k = 0; k < terms; k++) { y += sucref_i_uniform(r, counter++, st->shift); }
        q[i] = (int16_t)sucref_i_floor32(y, st->shift);
    }
    return SUCREF_OK;
}

SUCREF_API int sucref_dither_decode(int32_t *x2, const int16_t *q, size_t n, const sucref_grid *st,
                                    const sucref_stream *r, uint32_t counter)
{
    size_t i;
    int status;
    if (x2 == NULL || q == NULL || st == NULL) { return SUCREF_E_ARG; }
    if (st->kind > SUCREF_DITHER_D4 || (st->kind == SUCREF_DITHER_D4 && n % 4 != 0)) { return SUCREF_E_RANGE; }
    if (r == NULL && (st->kind == SUCREF_DITHER_SUBTRACTIVE || st->kind == SUCREF_DITHER_D4)) { return SUCREF_E_ARG; }
    status = sucref_i_indices_fit(q, n, st);
    for (i = 0; status == SUCREF_OK && i < n; i++) {
        const int32_t step = (int32_t)1 << st->shift;
        x2[i] = q[i] * (2 * step);
        if (st->kind == SUCREF_DITHER_SUBTRACTIVE) {
            x2[i] += step - 1 - 2 * sucref_i_uniform(r, counter + (uint32_t)i, st->shift);
        } else if (st->kind == SUCREF_DITHER_D4) {
            x2[i] -= 2 * sucref_i_d4_uniform(r, counter + (uint32_t)i, (unsigned)(i % 4), st->shift) + 1;
        } else {
            x2[i] -= (int32_t)(st->kind - 1U) * (step - 1);
        }
    }
    return status;
}

SUCREF_API int sucref_dither_onebit_encode(uint8_t *bits, sucref_values x, const sucref_grid *st,
                                           const sucref_stream *r, uint32_t counter)
{
    size_t i;
    int status;
    if (bits == NULL || sucref_i_no_values(x) || st == NULL || r == NULL) { return SUCREF_E_ARG; }
    status = sucref_i_fits(x, st, st->shift < 1 || st->shift > 24 ? 0U : (uint32_t)1 << (st->shift - 1U));
    for (i = 0; status == SUCREF_OK && i < x.n; i++) {
        const int32_t t = 2 * (sucref_i_value_of(x, i) * (int32_t)st->multiplier +
                               sucref_i_uniform(r, counter + (uint32_t)i, st->shift));
        const unsigned bit = t > ((int32_t)1 << st->shift) - 1 ? 1U : 0U;
        bits[i / 8] = (uint8_t)((i % 8 == 0 ? 0U : (unsigned)bits[i / 8]) | bit << (i % 8));
    }
    return status;
}

SUCREF_API int sucref_dither_onebit_decode(int32_t *x2, const uint8_t *bits, size_t n, const sucref_grid *st,
                                           const sucref_stream *r, uint32_t counter)
{
    size_t i;
    if (x2 == NULL || bits == NULL || st == NULL || r == NULL) { return SUCREF_E_ARG; }
    if (st->shift < 1 || st->shift > 24) { return SUCREF_E_RANGE; }
    for (i = 0; i < n; i++) { /* +S is q = 1, -S is q = -1 with the centred dither u - (S-1)/2 */
        const int32_t s = (int32_t)1 << st->shift, u = sucref_i_uniform(r, counter + (uint32_t)i, st->shift);
        x2[i] = (((unsigned)bits[i / 8] >> (i % 8) & 1U) ? s : -s) - 2 * u + s - 1;
    }
    return SUCREF_OK;
}

/* ---- nested ---- */
/* floor(n / d) by a stored reciprocal, (2^32 - 1) / d; |n| < 2^31 */
static int32_t sucref_i_divide(int32_t n, uint32_t d, uint32_t reciprocal)
{
    const uint32_t mag = n < 0 ? ~(uint32_t)n : (uint32_t)n; /* floor of a negative is -1 - floor((-n - 1) / d) */
    uint32_t q = (uint32_t)(((uint64_t)mag * reciprocal) >> 32);
    if (mag - q * d >= d) { q++; } /* the product is short by less than one */
    return n < 0 ? -(int32_t)q - 1 : (int32_t)q;
}

static int sucref_i_nested_ok(const sucref_nested *c, sucref_values x)
{
    size_t i;
    int32_t most;
    if (c->k < 2 || c->alpha < 1 || c->alpha_shift > 8 || c->alpha > (uint32_t)1 << c->alpha_shift) { return 0; }
    if (c->step < 1 || c->step > 0x0FFFFFFFU >> c->alpha_shift) { return 0; }
    most = (int32_t)(0x0FFFFFFFU / c->alpha);
    for (i = 0; i < x.n; i++) { if (sucref_i_value_of(x, i) > most || sucref_i_value_of(x, i) < -most) { return 0; } }
    return 1;
}

/* uniform on 0..v-1: exact for powers of two, else each value's share is off by less than 2^-32 */
static int32_t sucref_i_below(const sucref_stream *r, uint32_t counter, uint32_t v)
{
    return (int32_t)(((uint64_t)sucref_random(r, counter) * v) >> 32);
}

/* alpha * r + 2^(2 alpha_shift + 1) * y: r the representative of 2v symbol - w in -kv..kv-1,
 * w = 2 alpha y + 2u - v + 1 */
static int64_t sucref_i_nested_estimate(const sucref_nested *c, uint32_t v, uint32_t one_2v, uint32_t one_k,
                                        uint16_t symbol, int32_t y, int32_t u)
{
    const int32_t w = 2 * y * (int32_t)c->alpha + 2 * u - (int32_t)v + 1, e = sucref_i_divide(w, 2U * v, one_2v),
                  d = (int32_t)symbol - e;
    const int64_t away = (int64_t)(d - sucref_i_divide(d, c->k, one_k) * (int32_t)c->k) * (int64_t)(2U * v) -
                         (w - e * (int32_t)(2U * v));
    const int64_t kv = (int64_t)c->k * v;
    return (int64_t)c->alpha * (away >= kv ? away - 2 * kv : away) + (int64_t)y * ((int64_t)2 << (2U * c->alpha_shift));
}

SUCREF_API int sucref_dither_nested_encode(uint16_t *symbol, sucref_values x, const sucref_nested *c,
                                           const sucref_stream *r, uint32_t counter)
{
    uint32_t v, one_v, one_k;
    size_t i;
    if (symbol == NULL || sucref_i_no_values(x) || c == NULL || r == NULL) { return SUCREF_E_ARG; }
    if (!sucref_i_nested_ok(c, x)) { return SUCREF_E_RANGE; }
    v = c->step << c->alpha_shift;
    one_v = 0xFFFFFFFFU / v;
    one_k = 0xFFFFFFFFU / c->k;
    for (i = 0; i < x.n; i++) {
        const int32_t u = sucref_i_below(r, counter + (uint32_t)i, v),
                      q = sucref_i_divide(sucref_i_value_of(x, i) * (int32_t)c->alpha + u, v, one_v);
        symbol[i] = (uint16_t)(q - sucref_i_divide(q, c->k, one_k) * c->k);
    }
    return SUCREF_OK;
}

SUCREF_API int sucref_dither_nested_decode(int64_t *estimate, const uint16_t *symbol, sucref_values y,
                                           const sucref_nested *c, const sucref_stream *r, uint32_t counter)
{
    uint32_t v, one_2v, one_k;
    size_t i;
    if (estimate == NULL || symbol == NULL || sucref_i_no_values(y) || c == NULL || r == NULL) { return SUCREF_E_ARG; }
    if (!sucref_i_nested_ok(c, y)) { return SUCREF_E_RANGE; }
    v = c->step << c->alpha_shift;
    one_2v = 0xFFFFFFFFU / (2U * v);
    one_k = 0xFFFFFFFFU / c->k;
    for (i = 0; i < y.n; i++) {
        estimate[i] = sucref_i_nested_estimate(c, v, one_2v, one_k, symbol[i], sucref_i_value_of(y, i),
                                               sucref_i_below(r, counter + (uint32_t)i, v));
    }
    return SUCREF_OK;
}

/* ---- combining ---- */
SUCREF_API int sucref_combine_weights(uint32_t *w, const uint32_t *variance, size_t count)
{
    uint64_t sum = 0;
    uint32_t least = 0xFFFFFFFFU, left = 65536;
    size_t i, best = 0;
    if (w == NULL || variance == NULL) { return SUCREF_E_ARG; }
    if (count < 1 || count > 65535U) { return SUCREF_E_RANGE; }
    for (i = 0; i < count; i++) {
        if (variance[i] == 0) { return SUCREF_E_RANGE; }
        if (variance[i] < least) { least = variance[i]; best = i; }
    }
    for (i = 0; i < count; i++) { sum += ((uint64_t)least << 30) / variance[i]; } /* each <= 2^30 */
    for (i = 0; i < count; i++) {
        w[i] = (uint32_t)(((((uint64_t)least << 30) / variance[i]) << 16) / sum);
        left -= w[i];
    }
    w[best] += left;
    return SUCREF_OK;
}

SUCREF_API int sucref_combine(int32_t *out, const int32_t *const *estimates, const uint32_t *w, size_t count, size_t n)
{
    size_t i, s;
    uint64_t all = 0;
    if (out == NULL || estimates == NULL || w == NULL) { return SUCREF_E_ARG; }
    if (count < 1 || count > 65535U) { return SUCREF_E_RANGE; }
    for (s = 0; s < count; s++) { all += w[s]; }
    if (all != 65536U) { return SUCREF_E_RANGE; }
    for (i = 0; i < n; i++) {
        int64_t sum = 32768; /* a mean of the estimates: stays below 2^48, and is an int32 */
        for (s = 0; s < count; s++) { sum += (int64_t)w[s] * estimates[s][i]; }
        out[i] = (int32_t)sucref_i_floor64(sum, 16);
    }
    return SUCREF_OK;
}

/* ---- hadamard, qcs: implementation ------------------------------------------------------------------------------ */
/* one value of each quarter of four, at v, v + h, u and u + h */
static inline void sucref_i_four(uint32_t *v, uint32_t *u, size_t h)
{
    const uint32_t p = v[0], q = v[h], r = u[0], s = u[h];
    uint32_t a = p + q, b = p - q, c = r + s, d = r - s;
    SUCREF_I_HIDE(b); /* eight additions; compilers that see through them make ten */
    SUCREF_I_HIDE(d);
    v[0] = a + c;
    u[0] = a - c;
    v[h] = b + d;
    u[h] = b - d;
}

/* two stages, of distances h and 2h, of n values; inlined with a constant h its addresses are offsets */
static inline void sucref_i_two_stages(uint32_t *v, size_t n, size_t h)
{
    const uint32_t *end = v + n;
    for (; v < end; v += 3 * h) {
        const uint32_t *block = v + h;
        uint32_t *u = v + 2 * h;
        for (; v < block; v++, u++) { sucref_i_four(v, u, h); }
    }
}

SUCREF_I_ALONE static void sucref_i_hadamard(int32_t *x, unsigned log2_n)
{
    const size_t n = (size_t)1 << log2_n;
    uint32_t *v = (uint32_t *)x; /* wraps on purpose where the documented range is left */
    size_t h = 16, i;
    if (log2_n >= 2) { sucref_i_two_stages(v, n, 1); }
    if (log2_n >= 4) { sucref_i_two_stages(v, n, 4); }
    for (; h < n / 2; h *= 4) { sucref_i_two_stages(v, n, h); }
    for (h = n / 2, i = 0; (log2_n & 1U) && i < h; i++) { /* the stage that is left */
        const uint32_t a = v[i], b = v[i + h];
        v[i] = a + b;
        v[i + h] = a - b;
    }
}

SUCREF_API int sucref_hadamard(int32_t *x, unsigned log2_n)
{
    if (x == NULL) { return SUCREF_E_ARG; }
    if (log2_n > 16) { return SUCREF_E_RANGE; }
    sucref_i_hadamard(x, log2_n);
    return SUCREF_OK;
}

/* the same of sums that pass 32 bits, for receivers: the plain loops, fast enough there */
static void sucref_i_hadamard64(int64_t *x, unsigned log2_n)
{
    const size_t n = (size_t)1 << log2_n;
    size_t h, i, j;
    for (h = 1; h < n; h *= 2) {
        for (i = 0; i < n; i += 2 * h) {
            for (j = i; j < i + h; j++) {
                const int64_t a = x[j], b = x[j + h];
                x[j] = a + b;
                x[j + h] = a - b;
            }
        }
    }
}

SUCREF_API int sucref_fold(int32_t *v, unsigned log2_k, const int16_t *x, size_t n, sucref_signs s)
{
    size_t i, k;
    if (v == NULL || x == NULL || s.r == NULL) { return SUCREF_E_ARG; }
    if (log2_k > 16 || n < 1 || n > 65535U) { return SUCREF_E_RANGE; }
    k = (size_t)1 << log2_k;
    for (i = 0; i < k; i++) { v[i] = 0; }
    for (i = 0; i < n; i++) { /* < 2^31 */
        v[i & (k - 1U)] += sucref_i_minus(s.r, s.counter, (uint32_t)i) ? -(int32_t)x[i] : (int32_t)x[i];
    }
    sucref_i_hadamard(v, log2_k);
    return SUCREF_OK;
}

SUCREF_API int sucref_unfold(int64_t *out, size_t n, const int32_t *w2, unsigned log2_k, sucref_signs s,
                             int64_t *work)
{
    size_t i, k;
    if (out == NULL || w2 == NULL || s.r == NULL || work == NULL) { return SUCREF_E_ARG; }
    if (log2_k > 16 || n < 1 || n > 65535U) { return SUCREF_E_RANGE; }
    k = (size_t)1 << log2_k;
    for (i = 0; i < k; i++) { work[i] = w2[i]; }
    sucref_i_hadamard64(work, log2_k);
    for (i = 0; i < n; i++) {
        out[i] = sucref_i_minus(s.r, s.counter, (uint32_t)i) ? -work[i & (k - 1U)] : work[i & (k - 1U)];
    }
    return SUCREF_OK;
}

/* log2(v) in 2^-16, rounded down; v >= 1 */
static uint32_t sucref_i_log2(uint32_t v)
{
    uint32_t log = 0x1F0000U, bit; /* 31 */
    while (!(v & 0x80000000U)) { v <<= 1; log -= 65536U; }
    for (bit = 32768; bit != 0; bit >>= 1) {
        const uint64_t square = (uint64_t)v * v; /* v in 1..2 with 31 fraction bits */
        if (square >> 63) { log += bit; v = (uint32_t)(square >> 32); } else { v = (uint32_t)(square >> 31); }
    }
    return log;
}

SUCREF_API int sucref_qcs_best(unsigned *log2_k, unsigned *levels, uint32_t *gamma, size_t n, uint32_t bits)
{
    uint64_t best = (uint64_t)-1;
    unsigned a;
    if (log2_k == NULL || levels == NULL) { return SUCREF_E_ARG; }
    if (n - 2U > 65533U) { return SUCREF_E_RANGE; } /* below 2 wraps on purpose */
    for (a = 1; a < 16 && (size_t)1 << a <= n; a++) {
        const uint32_t k = (uint32_t)1 << a;
        uint32_t q = 0;
        uint64_t g;
        while (q < 127 && (uint64_t)k * (sucref_i_log2(2U * q + 3U) + 1U) <= (uint64_t)bits << 16) { q++; }
        if (q == 0) { continue; }
        /* ln 2 = 45426 / 65536 */
        g = ((uint64_t)((n - 1U) / k) << 16) + (uint64_t)n * a * 45426U / (4U * q * q * (k - 1U));
        if (g < best) { best = g; *log2_k = a; *levels = (unsigned)q; }
    }
    if (best == (uint64_t)-1) { return SUCREF_E_RANGE; }
    if (gamma != NULL) { *gamma = best > 0xFFFFFFFFU ? 0xFFFFFFFFU : (uint32_t)best; }
    return SUCREF_OK;
}

SUCREF_API int sucref_feedback_add(int32_t *z, const int32_t *g, const int32_t *residual, size_t n, unsigned b)
{
    size_t i;
    if (z == NULL || g == NULL || residual == NULL) { return SUCREF_E_ARG; }
    if (b > 256) { return SUCREF_E_RANGE; }
    for (i = 0; i < n; i++) {
        z[i] = sucref_i_sat32(g[i] + sucref_i_floor64((int64_t)residual[i] * (int64_t)b + 128, 8));
    }
    return SUCREF_OK;
}

SUCREF_API int sucref_feedback_keep(int32_t *residual, const int32_t *g, const int32_t *zhat, size_t n)
{
    size_t i;
    if (residual == NULL || g == NULL || zhat == NULL) { return SUCREF_E_ARG; }
    for (i = 0; i < n; i++) { residual[i] = sucref_i_sat32((int64_t)residual[i] + g[i] - zhat[i]); }
    return SUCREF_OK;
}

/* x[j] of sucref_air_encode */
static int32_t sucref_i_air(int32_t v, uint8_t used, int32_t inverse_h, int32_t scale)
{
    const int64_t gain = sucref_i_floor64((int64_t)scale * (used ? inverse_h : 0) + 32768, 16);
    return sucref_i_sat32(sucref_i_floor64((int64_t)v * sucref_i_sat32(gain) + 32768, 16));
}

SUCREF_API int sucref_air_encode(int32_t *x, const int32_t *v, size_t k, const uint8_t *used, const int32_t *inverse_h,
                                 int32_t scale)
{
    size_t j;
    if (x == NULL || v == NULL || used == NULL || inverse_h == NULL) { return SUCREF_E_ARG; }
    for (j = 0; j < k; j++) { x[j] = sucref_i_air(v[j], used[j], inverse_h[j], scale); }
    return SUCREF_OK;
}

SUCREF_API int sucref_air_power(int32_t *scale, const int32_t *v, size_t k, const uint8_t *used,
                                const int32_t *inverse_h, uint64_t power)
{
    uint64_t sum = 0;
    size_t j;
    if (scale == NULL || v == NULL || used == NULL || inverse_h == NULL) { return SUCREF_E_ARG; }
    for (j = 0; j < k; j++) { /* saturates; wrapping is told by a smaller sum */
        const int32_t x = sucref_i_air(v[j], used[j], inverse_h[j], *scale);
        const uint64_t before = sum;
        sum += (uint64_t)((int64_t)x * x);
        if (sum < before) { sum = (uint64_t)-1; break; }
    }
    if (sum <= power) { return SUCREF_OK; }
    while (power >> 32 != 0) { power >>= 1; sum >>= 1; }
    *scale = (int32_t)sucref_i_floor64((int64_t)*scale * sucref_i_root((power << 32) / sum, 0), 16);
    return SUCREF_OK;
}

static uint32_t sucref_i_larger(uint32_t most, int32_t v)
{
    const uint32_t mag = v < 0 ? 0U - (uint32_t)v : (uint32_t)v;
    return mag > most ? mag : most;
}

SUCREF_API int sucref_outer(int64_t *out, const int32_t *d2, size_t m, const int32_t *x2, size_t n, size_t batch)
{
    uint32_t most_d = 0, most_x = 0;
    size_t i, j, l;
    if (out == NULL || d2 == NULL || x2 == NULL) { return SUCREF_E_ARG; }
    if (m < 1 || n < 1 || batch < 1) { return SUCREF_E_RANGE; }
    for (l = 0; l < m * batch; l++) { most_d = sucref_i_larger(most_d, d2[l]); }
    for (l = 0; l < n * batch; l++) { most_x = sucref_i_larger(most_x, x2[l]); }
    if ((uint64_t)most_d * most_x > 0x7FFFFFFFFFFFFFFFU / batch) { return SUCREF_E_RANGE; }
    for (j = 0; j < m; j++) {
        for (i = 0; i < n; i++) {
            int64_t sum = 0;
            for (l = 0; l < batch; l++) { sum += (int64_t)d2[j * batch + l] * x2[i * batch + l]; }
            out[j * n + i] = sum;
        }
    }
    return SUCREF_OK;
}

/* ---- syndromes: implementation ---------------------------------------------------------------------------------- */
static inline uint32_t sucref_i_runs(const sucref_syndrome_code *c)
{
    return (c->values + ((uint32_t)1 << c->log2_run) - 1U) >> c->log2_run;
}

/* the first check of run t, 0..runs + 4; *many: how many it has */
static uint32_t sucref_i_checks_of(const sucref_syndrome_code *c, uint32_t runs, uint32_t t, uint32_t *many)
{
    uint32_t past, at = (t < runs ? t : runs) * c->checks;
    *many = c->checks;
    for (past = 0; past + runs <= t; past++) {
        *many = ((3U - past) * c->checks + 3U) / 4U;
        if (past + runs < t) { at += *many; }
    }
    return at;
}

/* of place x, below 2^15; what is above the lowest 16 bits of a product does not count */
static uint32_t sucref_i_syndrome_row(const sucref_syndrome_code *c, const sucref_stream *r, uint32_t t, unsigned x,
                                      unsigned edge)
{
    const uint32_t w = sucref_random(r, 4U * t + edge);
    const unsigned mask = (1U << c->log2_run) - 1U, half = c->log2_run / 2U;
    uint32_t many, at = sucref_i_checks_of(c, sucref_i_runs(c), t + edge, &many);
    x = (x * (unsigned)(w | 1U) + (unsigned)(w >> 12)) & mask; /* wraps on purpose */
    x ^= x >> half;
    x = x * (unsigned)(w >> 20 | 1U) & mask;
    x ^= x >> half;
    x = x * (unsigned)(w >> 9 | 1U) & mask;
    return at + ((uint32_t)x * many >> c->log2_run); /* below 2^15 * 2^15 */
}

SUCREF_API uint32_t sucref_syndrome_row(const sucref_syndrome_code *c, const sucref_stream *r, uint32_t i,
                                        unsigned edge)
{
    const uint32_t runs = sucref_i_runs(c);
    uint32_t many;
    if (i >= c->values) { return sucref_i_checks_of(c, runs, runs + 3U, &many); }
    return sucref_i_syndrome_row(c, r, i % runs, (unsigned)(i / runs), edge);
}

SUCREF_API int sucref_syndrome_encode(uint8_t *message, size_t room, size_t *len, const uint8_t *plane,
                                      const sucref_syndrome_code *c, const sucref_stream *r)
{
    uint32_t i, runs, many, bytes, t = 0, crc = 0xFFFFFFFFU;
    unsigned j = 0;
    if (message == NULL || len == NULL || plane == NULL || c == NULL || r == NULL) { return SUCREF_E_ARG; }
    if (c->values < 1 || c->values > (uint32_t)1 << 24 || c->log2_run < 4 || c->log2_run > 15 || c->checks < 1 ||
        c->checks > (uint32_t)1 << c->log2_run) {
        return SUCREF_E_RANGE;
    }
    runs = sucref_i_runs(c);
    bytes = (sucref_i_checks_of(c, runs, runs + 3U, &many) + 7U) / 8U;
    *len = (size_t)bytes + 4U;
    if (room < *len) { return SUCREF_E_SPACE; }
    for (i = 0; i < bytes; i++) { message[i] = 0; }
    for (i = 0; i < c->values; i++) {
        unsigned edge;
        if (i % 8U == 0) {
            const unsigned used = c->values - i < 8U ? (1U << (c->values - i)) - 1U : 0xFFU;
            crc = sucref_i_crc_byte(crc, plane[i / 8U] & used);
        }
        for (edge = 0; edge < 4U && ((uint32_t)plane[i / 8U] >> (i % 8U) & 1U) != 0; edge++) {
            const uint32_t row = sucref_i_syndrome_row(c, r, t, j, edge);
            message[row / 8U] = (uint8_t)(message[row / 8U] ^ 1U << (row % 8U));
        }
        if (++t == runs) { t = 0; j++; }
    }
    sucref_i_put_le(message + bytes, ~crc, 4);
    return SUCREF_OK;
}

/* ---- coder: implementation --------------------------------------------------------------------------------------
 * The interval is low .. low + range - 1 of a number whose higher bytes are out; range >= 2^24 between calls, so
 * range >> 16 >= 2^8. A byte waits in `cache`, and behind it `pending` bytes 255, until no carry can reach them. Shares
 * are of 2^16; byte streams are the same on every target. */
typedef struct {
    uint8_t *out;
    size_t room, len;     /* len may pass room: nothing is written beyond, the length needed is known at the end */
    size_t used;          /* up to the last byte that is not 0 */
    uint32_t low, range, pending;
    uint8_t cache, carry, first;
} sucref_i_encoder;
typedef struct {
    const uint8_t *in;
    size_t len, at;
    uint32_t code, range;
    uint8_t bad;          /* the bytes are no output of an encoder */
} sucref_i_decoder;

static void sucref_i_byte(sucref_i_encoder *e, unsigned v)
{
    if (e->len < e->room) { e->out[e->len] = (uint8_t)v; }
    e->len++;
    if ((uint8_t)v != 0) { e->used = e->len; }
}

static void sucref_i_shift_byte(sucref_i_encoder *e)
{
    if (e->low < 0xFF000000U || e->carry) {
        if (!e->first) { sucref_i_byte(e, e->cache + (unsigned)e->carry); }
        for (; e->pending > 0; e->pending--) { sucref_i_byte(e, 0xFFU + e->carry); }
        e->cache = (uint8_t)(e->low >> 24);
        e->first = e->carry = 0;
    } else {
        e->pending++;
    }
    e->low <<= 8;
}

static void sucref_i_encoder_init(sucref_i_encoder *e, uint8_t *out, size_t room)
{
    e->out = out; e->room = room;
    e->len = e->used = 0;
    e->low = e->pending = 0; e->range = 0xFFFFFFFFU;
    e->cache = e->carry = 0; e->first = 1;
}

/* the symbol whose interval is from .. from + share - 1 of 0..65535; share >= 1 */
static void sucref_i_encoder_put(sucref_i_encoder *e, uint32_t from, uint32_t share)
{
    const uint32_t unit = e->range >> 16, before = e->low;
    e->low += unit * from;
    if (e->low < before) { e->carry = 1; }
    for (e->range = unit * share; e->range < 0x1000000U; e->range <<= 8) { sucref_i_shift_byte(e); }
}

/* the bytes needed; they are in out if that is at most room. Zeros at the end are left out: a decoder reads them */
static size_t sucref_i_encoder_end(sucref_i_encoder *e)
{
    const uint32_t last = e->low + (e->range - 1U), top = last < e->low ? 0U : (e->low + 0xFFFFFFU) & 0xFF000000U;
    /* the fewest bytes that lie inside the interval; those behind them are 0 and left out */
    if (top < e->low) { e->carry = 1; }
    e->low = top;
    sucref_i_shift_byte(e);
    sucref_i_shift_byte(e);
    return e->used;
}

static uint32_t sucref_i_next_byte(sucref_i_decoder *d) { return d->at < d->len ? d->in[d->at++] : 0U; }

static void sucref_i_decoder_init(sucref_i_decoder *d, const uint8_t *in, size_t len)
{
    unsigned i;
    d->in = in; d->len = len; d->at = 0;
    d->code = 0; d->range = 0xFFFFFFFFU;
    d->bad = 0;
    for (i = 0; i < 4; i++) { d->code = d->code << 8 | sucref_i_next_byte(d); }
}

/* does the next symbol lie below `to`? Its interval is found by asking, then taken. Any bytes are safe. */
static int sucref_i_decoder_before(const sucref_i_decoder *d, uint32_t to) { return d->code < (d->range >> 16) * to; }

static void sucref_i_decoder_take(sucref_i_decoder *d, uint32_t from, uint32_t share)
{
    const uint32_t unit = d->range >> 16;
    d->code -= unit * from;
    d->range = unit * share;
    if (d->code >= d->range) { d->bad = 1; d->code = 0; }
    while (d->range < 0x1000000U) {
        d->range <<= 8;
        d->code = d->code << 8 | sucref_i_next_byte(d);
    }
}

/* one bit of equal shares, or of zero_share / 2^16 for 0 */
static void sucref_i_send_bit(sucref_i_encoder *e, uint32_t bit, uint32_t zero_share)
{
    sucref_i_encoder_put(e, bit ? zero_share : 0U, bit ? 65536U - zero_share : zero_share);
}
static uint32_t sucref_i_receive_bit(sucref_i_decoder *d, uint32_t zero_share)
{
    const uint32_t bit = !sucref_i_decoder_before(d, zero_share);
    sucref_i_decoder_take(d, bit ? zero_share : 0U, bit ? 65536U - zero_share : zero_share);
    return bit;
}

/* Exp-Golomb of v < 65535 in equal bits; a decoder's answer past that is bad */
static void sucref_i_send_rest(sucref_i_encoder *e, uint32_t v)
{
    unsigned bits = 0;
    for (v++; v >> (bits + 1U) != 0; bits++) { sucref_i_send_bit(e, 1, 32768); }
    sucref_i_send_bit(e, 0, 32768);
    while (bits-- > 0) { sucref_i_send_bit(e, v >> bits & 1U, 32768); }
}
static uint32_t sucref_i_receive_rest(sucref_i_decoder *d)
{
    uint32_t v = 1;
    unsigned bits = 0;
    while (bits < 16 && sucref_i_receive_bit(d, 32768)) { bits++; }
    if (bits == 16) { d->bad = 1; return 0; }
    while (bits-- > 0) { v = v << 1 | sucref_i_receive_bit(d, 32768); }
    return v - 1U;
}

/* ---- the Gaussian model ---- */
/* 1 + (2^16 - 64) * Phi(i / 32 - 4) */
static const uint16_t sucref_i_normal[257] = {
    3,     3,     4,     4,     4,     5,     6,     6,     7,     8,     8,     9,     10,    12,    13,    15,
    16,    18,    20,    23,    25,    28,    31,    35,    39,    43,    48,    53,    59,    66,    73,    81,
    89,    99,    109,   121,   133,   147,   162,   178,   196,   216,   237,   260,   285,   312,   341,   373,
    408,   445,   485,   529,   575,   626,   680,   739,   801,   869,   941,   1018,  1100,  1189,  1283,  1383,
    1490,  1604,  1726,  1854,  1991,  2136,  2290,  2452,  2624,  2805,  2997,  3198,  3411,  3634,  3869,  4116,
    4375,  4646,  4930,  5227,  5538,  5862,  6200,  6552,  6918,  7299,  7695,  8106,  8532,  8973,  9429,  9901,
    10388, 10891, 11410, 11943, 12492, 13056, 13636, 14230, 14839, 15462, 16100, 16751, 17416, 18094, 18784, 19487,
    20202, 20927, 21664, 22411, 23167, 23932, 24706, 25487, 26274, 27069, 27868, 28672, 29481, 30292, 31106, 31921,
    32737, 33553, 34368, 35182, 35993, 36802, 37606, 38405, 39200, 39987, 40768, 41542, 42307, 43063, 43810, 44547,
    45272, 45987, 46690, 47380, 48058, 48723, 49374, 50012, 50635, 51244, 51838, 52418, 52982, 53531, 54064, 54583,
    55086, 55573, 56045, 56501, 56942, 57368, 57779, 58175, 58556, 58922, 59274, 59612, 59936, 60247, 60544, 60828,
    61099, 61358, 61605, 61840, 62063, 62276, 62477, 62669, 62850, 63022, 63184, 63338, 63483, 63620, 63748, 63870,
    63984, 64091, 64191, 64285, 64374, 64456, 64533, 64605, 64673, 64735, 64794, 64848, 64899, 64945, 64989, 65029,
    65066, 65101, 65133, 65162, 65189, 65214, 65237, 65258, 65278, 65296, 65312, 65327, 65341, 65353, 65365, 65375,
    65385, 65393, 65401, 65408, 65415, 65421, 65426, 65431, 65435, 65439, 65443, 65446, 65449, 65451, 65454, 65456,
    65458, 65459, 65461, 65462, 65464, 65465, 65466, 65466, 65467, 65468, 65468, 65469, 65470, 65470, 65470, 65471,
    65471
};

/* how a value's index is distributed: its share below index j is Phi((j * stride - centre) * slope); window: -w..w-1,
 * w <= 31, have shares of their own, what is beyond is coded as an escape and the rest.
 * Every share is at least one of 2^16. */
typedef struct {
    /* slope, offset and centres in 2^-8; offset: how far a packed index lies above its distance */
    int32_t slope, window, offset;
    /* 2 * window; place and z of distance 0 in the table, 2^-16; z from one index to the next */
    uint32_t span, start, across;
    uint8_t stride_shift;
} sucref_i_shares;

#define SUCREF_I_MIDDLE 263168U /* z = 0 in the table, 4 * 2^16, and half a place to round */

/* where z, in 2^-16 and from SUCREF_I_MIDDLE on, lies in the table: the model, not its exactness,
 * depends on taking the nearest 32nd */
static inline uint32_t sucref_i_normal_at(uint32_t z)
{
    const uint32_t i = z >> 11; /* large below -4 */
    return i < 256U ? i : (z & 0x80000000U) ? 0U : 256U;
}

static uint32_t sucref_i_below_index(const sucref_i_shares *m, int32_t j, int32_t centre)
{
    const int32_t z = (((j * 256) * (1 << m->stride_shift)) - centre) * m->slope;
    return sucref_i_normal[sucref_i_normal_at((uint32_t)z + SUCREF_I_MIDDLE)] + (uint32_t)(j + m->window);
}

/* an index outside the window: an escape and the rest */
SUCREF_I_ALONE static void sucref_i_send_escape(sucref_i_encoder *e, const sucref_i_shares *m, int32_t j,
                                                int32_t packed)
{
    const int32_t centre = j * (256 * (1 << m->stride_shift)) - packed + m->offset;
    if (j < 0) {
        sucref_i_encoder_put(e, 0, sucref_i_below_index(m, -m->window, centre));
        sucref_i_send_rest(e, (uint32_t)(-m->window - 1 - j));
    } else {
        const uint32_t from = sucref_i_below_index(m, m->window, centre);
        sucref_i_encoder_put(e, from, 65536U - from);
        sucref_i_send_rest(e, (uint32_t)(j - m->window));
    }
}

/* codes index j of a packed index and dither; outside the window z may wrap and is not used */
static inline void sucref_i_send_index(sucref_i_encoder *e, const sucref_i_shares *m, int32_t j, int32_t packed)
{
    const uint32_t z = (uint32_t)packed * (uint32_t)m->slope + m->start, from = sucref_i_normal[sucref_i_normal_at(z)],
                   add = (uint32_t)(j + m->window);
    if (add < m->span) {
        sucref_i_encoder_put(e, from + add, sucref_i_normal[sucref_i_normal_at(z + m->across)] - from + 1U);
    } else {
        sucref_i_send_escape(e, m, j, packed);
    }
}

static int32_t sucref_i_receive_index(sucref_i_decoder *d, const sucref_i_shares *m, int32_t centre)
{
    int32_t j = 0;
    uint32_t from = sucref_i_below_index(m, 0, centre), to = 65536;
    if (sucref_i_decoder_before(d, from)) {
        do {
            to = from;
            from = --j >= -m->window ? sucref_i_below_index(m, j, centre) : 0U;
        } while (j >= -m->window && sucref_i_decoder_before(d, from));
    } else {
        for (; j < m->window; j++, from = to) {
            to = sucref_i_below_index(m, j + 1, centre);
            if (sucref_i_decoder_before(d, to)) { break; }
        }
        if (j == m->window) { to = 65536; }
    }
    sucref_i_decoder_take(d, from, to - from);
    if (j < -m->window) { return -m->window - 1 - (int32_t)sucref_i_receive_rest(d); }
    return j == m->window ? j + (int32_t)sucref_i_receive_rest(d) : j;
}

/* ---- vec: implementation ---------------------------------------------------------------------------------------- */
enum { SUCREF_I_VEC_HEADER = 20, SUCREF_I_VEC_DOWN = 17 };
#ifdef SUCREF_PHILOX
#  define SUCREF_I_GENERATOR 8U /* SUCREF_VEC_PHILOX */
#else
#  define SUCREF_I_GENERATOR 0U
#endif
#define SUCREF_I_SIGNS 0x40000000U    /* counters of signs lie above those of dithers */
#define SUCREF_I_ROUNDING 0x80000000U /* and those of int32 values above them */

/* adaptive shares: 4 * (neighbours that are not zero) + dither: is it zero; then signs by dither; then magnitudes
 * beyond one, two, three */
enum { SUCREF_I_SIGN = 12, SUCREF_I_MORE = 16, SUCREF_I_SHARES = 19 };

typedef struct {
    sucref_stream stream;
    sucref_grid step;
    uint8_t flags, down;     /* values are in units of 2^down */
    sucref_i_shares single, three, fourth;
    uint16_t adaptive[SUCREF_I_SHARES];
    uint8_t last, before;    /* were the two values before not zero */
} sucref_i_vec;

static void sucref_i_vec_model(sucref_i_shares *m, uint32_t slope, uint32_t ratio, unsigned stride_shift,
                               uint32_t offset)
{
    m->slope = (int32_t)slope;
    m->offset = (int32_t)offset;
    m->span = 2U * (2U + 1152U / ratio);
    m->window = (int32_t)(m->span / 2U);
    m->start = SUCREF_I_MIDDLE - offset * slope;
    m->across = slope << (8U + stride_shift);
    m->stride_shift = (uint8_t)stride_shift;
}

/* models of a step of ratio * rms, ratio in 2^-8. A D4 index rounds at a threshold spread by a variance of 1/40 around
 * the middle, and the fourth, whose parity is known, at one whose spread 1/a is fitted:
 * a = ratio / (1/2 + 1/2 / (1 + 0.32 ratio^2 + 0.035 ratio^4)) */
static void sucref_i_vec_models(sucref_i_vec *v, uint32_t ratio)
{
    const uint32_t square = ratio * ratio >> 8, bend = (82U * square >> 8) + (9U * (square * square >> 8) >> 8);
    uint32_t root = 256, target = 65536U + square * 32U / 5U;
    unsigned i;
    for (i = 0; i < 12; i++) { root = (root + target / root) / 2U; }
    sucref_i_vec_model(&v->single, ratio, ratio, 0, 0);
    sucref_i_vec_model(&v->three, ratio * 256U / root, ratio, 0, 128);
    sucref_i_vec_model(&v->fourth, ratio * 256U / (128U + 32768U / (256U + bend)), ratio, 1, 256);
    for (i = 0; i < SUCREF_I_SHARES; i++) { v->adaptive[i] = 32768; }
    v->last = v->before = 0;
}

/* 256 u / S */
static inline int32_t sucref_i_fraction(int32_t u, unsigned shift) { return u >> (shift - 8U); }

/* moves a share of zeros towards the bit that came */
static void sucref_i_adapt(uint16_t *zero_share, uint32_t bit)
{
    uint32_t z = *zero_share;
    z = bit ? z - (z >> 5) : z + ((65536U - z) >> 5);
    *zero_share = (uint16_t)(z > 65472U ? 65472U : z < 64U ? 64U : z);
}

/* one bit of the adaptive model, sent (e) or received (d) */
static uint32_t sucref_i_adaptive_bit(sucref_i_encoder *e, sucref_i_decoder *d, uint16_t *share, uint32_t bit)
{
    if (e != NULL) { sucref_i_send_bit(e, bit, *share); } else { bit = sucref_i_receive_bit(d, *share); }
    sucref_i_adapt(share, bit);
    return bit;
}

/* an index of sparse data; q is what is sent, or anything */
static int32_t sucref_i_sparse_index(sucref_i_vec *v, sucref_i_encoder *e, sucref_i_decoder *d, int32_t q,
                                     int32_t fraction)
{
    const unsigned place = (unsigned)fraction >> 6, near = (unsigned)v->last + v->before;
    const uint32_t is = sucref_i_adaptive_bit(e, d, &v->adaptive[4U * near + place], q != 0);
    uint32_t minus, mag = (uint32_t)(q < 0 ? -q : q), more, i;
    v->before = v->last;
    v->last = (uint8_t)is;
    if (!is) { return 0; }
    minus = sucref_i_adaptive_bit(e, d, &v->adaptive[SUCREF_I_SIGN + place], q < 0);
    for (i = 1; i <= 3; i++) {
        if (!sucref_i_adaptive_bit(e, d, &v->adaptive[SUCREF_I_MORE + i - 1U], mag > i)) {
            return minus ? -(int32_t)i : (int32_t)i;
        }
    }
    if (e != NULL) { sucref_i_send_rest(e, mag - 4U); more = mag; } else { more = sucref_i_receive_rest(d) + 4U; }
    return minus ? -(int32_t)more : (int32_t)more;
}

/* Index and dither in one word, 256 (q - u / S): q is the next multiple above; the fourth of D4, whose u / S reaches 2,
 * the one of its parity. */
static inline int32_t sucref_i_index(int32_t packed) { return sucref_i_floor32(packed + 255, 8); }

/* log4 of the next block: as large as fits, at most 1024 values; blocks of one where nothing is rotated */
static unsigned sucref_i_vec_block(const sucref_i_vec *v, uint32_t left)
{
    unsigned k = 0;
    while (!(v->flags & SUCREF_VEC_SPARSE) && k < 5 && left >> (2U * (k + 1U)) != 0) { k++; }
    return k;
}

/* Quantizes n transformed values w in place: packed indices. This and the next do what sucref_dither_encode does, again
 * for speed: index and dither stay in one word for the coder. */
SUCREF_I_ALONE static void sucref_i_quantize_each(int32_t *w, uint32_t n, const sucref_i_vec *v, uint32_t counter,
                                                  unsigned shift)
{
    const sucref_stream stream = v->stream;
    const int32_t multiplier = (int32_t)v->step.multiplier, *end = w + n;
    for (; w < end; w++, counter++) {
        const uint32_t random = sucref_i_random(&stream, counter);
        *w = sucref_i_floor32(*w * multiplier + (int32_t)(random >> (32U - shift)), shift) * 256 -
             (int32_t)(random >> 24);
    }
}

/* one of four values onto D4 as sucref_i_d4 does, up = 31 - shift >= 7: packs its index, adds it to sum, and returns
 * how far it was rounded, below that three bits: 3 - lane, and 1 where its second nearest index is the one below */
static inline uint32_t sucref_i_d4_lane(int32_t *w, uint32_t random, uint32_t twice_multiplier, unsigned up,
                                        unsigned lane, uint32_t *sum)
{
    /* 2y + 2u + 1, in units of 1 / 2S */
    const uint32_t t = (uint32_t)*w * twice_multiplier + (random >> (lane == 3 ? up - 1U : up) | 1U);
    const uint32_t f = t << up, below = f >> 31; /* its distance from the nearest multiple of 2S, signed */
    const int32_t q = sucref_i_floor32(sucref_i_s32(t + (0x80000000U >> up)), 32U - up);
    *sum += (uint32_t)q;
    *w = q * 256 - (int32_t)(random >> (lane == 3 ? 23 : 24));
    return ((f ^ (0U - below)) + below) + 2U * (3U - lane) + below;
}

/* the same onto D4, n a multiple of 4 */
SUCREF_I_ALONE static void sucref_i_quantize_d4(int32_t *w, uint32_t n, const sucref_i_vec *v, uint32_t counter,
                                                unsigned shift)
{
    const sucref_stream stream = v->stream;
    const uint32_t twice = 2U * v->step.multiplier;
    const unsigned up = 31U - shift;
    const int32_t *end = w + n;
    for (; w < end; w += 4, counter += 4) {
        uint32_t sum = 0, worst, key;
        worst = sucref_i_d4_lane(w, sucref_i_random(&stream, counter), twice, up, 0, &sum);
        key = sucref_i_d4_lane(w + 1, sucref_i_random(&stream, counter + 1U), twice, up, 1, &sum);
        if (key > worst) { worst = key; }
        key = sucref_i_d4_lane(w + 2, sucref_i_random(&stream, counter + 2U), twice, up, 2, &sum);
        if (key > worst) { worst = key; }
        key = sucref_i_d4_lane(w + 3, sucref_i_random(&stream, counter + 3U), twice, up, 3, &sum);
        if (key > worst) { worst = key; }
        if (sum & 1U) { w[3U - (worst >> 1 & 3U)] += (worst & 1U) ? -256 : 256; }
    }
}

/* codes n packed indices */
SUCREF_I_ALONE static void sucref_i_send_each(const int32_t *w, uint32_t n, const sucref_i_shares *m,
                                              sucref_i_encoder *e)
{
    const int32_t *end = w + n;
    for (; w < end; w++) { sucref_i_send_index(e, m, sucref_i_index(*w), *w); }
}

/* the fourth index's parity is that of the others' sum, q = 2j + odd */
SUCREF_I_ALONE static void sucref_i_send_d4(const int32_t *w, uint32_t n, const sucref_i_vec *v, sucref_i_encoder *e)
{
    const int32_t *end = w + n;
    for (; w < end; w += 4) {
        const int32_t a = sucref_i_index(w[0]), b = sucref_i_index(w[1]), c = sucref_i_index(w[2]);
        sucref_i_send_index(e, &v->three, a, w[0]);
        sucref_i_send_index(e, &v->three, b, w[1]);
        sucref_i_send_index(e, &v->three, c, w[2]);
        sucref_i_send_index(e, &v->fourth, sucref_i_floor32(w[3] + 511 - 256 * ((a ^ b ^ c) & 1), 9), w[3]);
    }
}

/* the adaptive models change with every index */
SUCREF_I_ALONE static void sucref_i_send_sparse(const int32_t *w, uint32_t n, sucref_i_vec *v, sucref_i_encoder *e)
{
    const int32_t *end = w + n;
    for (; w < end; w++) {
        const int32_t q = sucref_i_index(*w);
        (void)sucref_i_sparse_index(v, e, NULL, q, q * 256 - *w);
    }
}

/* reads a block: doubled estimates of w; 0 where an index cannot be */
static int sucref_i_receive_block(sucref_i_vec *v, sucref_i_decoder *d, int64_t *w2, uint32_t first, unsigned k)
{
    const uint32_t n = (uint32_t)1 << (2U * k);
    const unsigned shift = v->step.shift + k;
    uint32_t i;
    for (i = 0; i < n; ) {
        const uint32_t counter = first + i;
        int32_t u[4], q[4], odd = 0;
        unsigned j, count = 1;
        if ((v->flags & SUCREF_VEC_D4) && k > 0) {
            count = 4;
            for (j = 0; j < 4; j++) { u[j] = sucref_i_d4_uniform(&v->stream, counter + j, j, shift); }
            for (j = 0; j < 3; j++) {
                q[j] = sucref_i_receive_index(d, &v->three, sucref_i_fraction(u[j], shift) + 128);
                odd ^= q[j] & 1;
            }
            q[3] = sucref_i_fraction(u[3], shift) + 256 - 256 * odd; /* q = 2j + odd lies beyond 2j + odd - 1 */
            q[3] = 2 * sucref_i_receive_index(d, &v->fourth, q[3]) + odd;
        } else {
            u[0] = sucref_i_uniform(&v->stream, counter, shift);
            if (v->flags & SUCREF_VEC_SPARSE) {
                q[0] = sucref_i_sparse_index(v, NULL, d, 0, sucref_i_fraction(u[0], shift));
            } else {
                q[0] = sucref_i_receive_index(d, &v->single, sucref_i_fraction(u[0], shift));
            }
        }
        if (d->bad) { return 0; }
        for (j = 0; j < count; j++, i++) {
            const int64_t twice = (int64_t)q[j] * ((int64_t)2 << shift); /* < 2^17 * 2^25 */
            w2[i] = (v->flags & SUCREF_VEC_HALF)
                        ? twice
                        : twice - 2 * (int64_t)u[j] + (count == 4 ? -1 : (int64_t)(((int32_t)1 << shift) - 1));
        }
    }
    return 1;
}

/* bits a value of a Gaussian, in 2^-8, at ratios 2^((i - 11) / 4), i 0..23; [1]: D4 */
static const uint16_t sucref_i_rates[2][24] = { { 1228, 1165, 1101, 1037, 973, 910, 847, 784, 721, 660, 599, 539,
                                                  481,  425,  371,  321,  275, 234, 198, 167, 140, 118, 99,  83 },
                                                { 1164, 1101, 1037, 973, 910, 847, 784, 721, 659, 598, 538, 479,
                                                  422,  368,  318,  273, 233, 200, 173, 150, 133, 119, 109, 101 } };

SUCREF_API uint16_t sucref_vec_ratio_for_bits(uint32_t bits, unsigned flags)
{
    static const uint16_t ratio[24] = { 38,  45,  54,  64,  76,  91,  108, 128,  152,  181,  215,  256,
                                        304, 362, 431, 512, 609, 724, 861, 1024, 1218, 1448, 1722, 2048 };
    const uint16_t *rate = sucref_i_rates[(flags & SUCREF_VEC_D4) != 0];
    unsigned i = 0;
    if (bits >= rate[0]) { return 40; }
    while (i < 23 && rate[i + 1U] > bits) { i++; }
    if (i == 23) { return ratio[23]; }
    bits = ratio[i] + ((ratio[i + 1U] - (uint32_t)ratio[i]) * (rate[i] - bits)) / ((uint32_t)rate[i] - rate[i + 1U]);
    return (uint16_t)(bits < 40 ? 40 : bits);
}

SUCREF_API uint16_t sucref_vec_ratio_for_error(uint32_t error, unsigned flags)
{
    /* ratio^2 = 12 error, or error / 0.10833 */
    const uint64_t square = (uint64_t)error * 65536U * ((flags & SUCREF_VEC_D4) ? 9231U : 12000U) / 1000U;
    uint32_t ratio = 40;
    while (ratio < 2048U && (uint64_t)(ratio + 1U) * (ratio + 1U) * 65536U <= square) { ratio++; }
    return (uint16_t)ratio;
}

/* sum of squares, n even and at most 1024 */
SUCREF_I_ALONE static uint64_t sucref_i_energy(const int16_t *x, uint32_t n)
{
    const int16_t *end = x + n;
    uint32_t all = 0, high = 0; /* all wraps; the low halves alone add up to less than 2^32 */
    for (; x < end; x += 2) {   /* two squares are at most 2^31 */
        const uint32_t square = (uint32_t)((int32_t)x[0] * x[0]) + (uint32_t)((int32_t)x[1] * x[1]);
        all += square;
        high += square >> 16;
    }
    return ((uint64_t)high << 16) + (all - (high << 16));
}

/* how far an int32 vector is shifted down until every value, rounded up, is an int16 */
static unsigned sucref_i_vec_down(sucref_values x)
{
    unsigned down = 0;
    size_t i;
    for (i = 0; x.i32 != NULL && i < x.n; i++) {
        const int32_t value = x.i32[i];
        while ((value < 0 ? ~(uint32_t)value : (uint32_t)value + (((uint32_t)1 << down) - 1U)) >> down > 32767U) {
            down++;
        }
    }
    return down;
}

/* value i as an int16: floor((x + d) / 2^down), d uniform on 0..2^down - 1 */
static int32_t sucref_i_vec_value(const sucref_i_vec *v, sucref_values x, uint32_t i)
{
    const uint32_t mask = ((uint32_t)1 << v->down) - 1U;
    uint32_t low;
    if (v->down == 0) { return sucref_i_value_of(x, (size_t)i); }
    low = ((uint32_t)x.i32[i] & mask) + (sucref_i_random(&v->stream, SUCREF_I_ROUNDING + i) & mask);
    return sucref_i_floor32(x.i32[i], v->down) + (int32_t)(low >> v->down);
}

/* the same of n int32 values from index `first` on */
/* the same of n values, each a block of its own; *most: the largest square */
SUCREF_I_ALONE static uint64_t sucref_i_energies(const int16_t *x, uint32_t n, uint64_t *most)
{
    const int16_t *end = x + n;
    uint64_t sum = 0;
    uint32_t largest = 0;
    for (; x < end; x++) {
        const uint32_t square = (uint32_t)((int32_t)*x * *x);
        sum += square;
        if (square > largest) { largest = square; }
    }
    *most = largest;
    return sum;
}

SUCREF_I_ALONE static uint64_t sucref_i_energy_of(const sucref_i_vec *v, sucref_values x, uint32_t first, uint32_t n)
{
    uint64_t sum = 0;
    for (; n > 0; n--) {
        const int32_t value = sucref_i_vec_value(v, x, first++);
        sum += (uint32_t)(value * value);
    }
    return sum;
}

/* the step of ratio * rms, with a multiplier as fine as the largest block allows;
 * returns the ratio that it really has */
static uint32_t sucref_i_vec_step(sucref_i_vec *v, sucref_values x, uint32_t ratio)
{
    const uint32_t n = (uint32_t)x.n;
    uint64_t sum = 0, most = 0;
    uint32_t rms, norm, shift = 19, i = 0;
    if (x.i16 != NULL && (v->flags & SUCREF_VEC_SPARSE)) { sum = sucref_i_energies(x.i16, n, &most); i = n; }
    while (i < n) {
        const uint32_t count = (uint32_t)1 << (2U * sucref_i_vec_block(v, n - i));
        const uint64_t block = x.i16 == NULL ? sucref_i_energy_of(v, x, i, count)
                               : count == 1  ? (uint32_t)((int32_t)x.i16[i] * x.i16[i])
                                             : sucref_i_energy(x.i16 + i, count);
        sum += block;
        if (block > most) { most = block; }
        i += count;
    }
    v->step.multiplier = 0; v->step.shift = 8;
    if (sum == 0) { return 40; }
    rms = sucref_i_root(sum * 65536U / n, 0); /* in 2^-8, at least 1; sum < 2^46 */
    norm = sucref_i_root(most, 1);
    for (; ; shift--) { /* |w| <= 32 * norm, so that |w| * multiplier < 2^29 */
        const uint64_t m = (((uint64_t)65536U << shift) + (uint64_t)ratio * rms / 2U) / ((uint64_t)ratio * rms);
        if (m * norm < 0x1000000U) { /* at the latest at shift 13, as norm <= 256 rms; then m >= 4 */
            v->step.multiplier = (uint32_t)m;
            v->step.shift = (uint8_t)shift;
            ratio = (uint32_t)(((uint64_t)65536U << shift) / (m * rms));
            return ratio < 40 ? 40 : ratio;
        }
    }
}

/* -x where the top bit of sign is set */
static inline int32_t sucref_i_signed(int32_t x, uint32_t sign)
{
    const int32_t minus = -(int32_t)(sign >> 31); /* 0 or -1 */
    return (x ^ minus) - minus;
}

/* w = x with random signs; x holds n values from index `first` on. (What sucref_i_minus says, 32 signs at a time.) */
SUCREF_I_ALONE static void sucref_i_flip(int32_t *w, const int16_t *x, uint32_t first, uint32_t n,
                                         const sucref_stream *stream)
{
    while (n > 0) {
        const uint32_t some = 32U - (first & 31U) < n ? 32U - (first & 31U) : n;
        uint32_t signs = sucref_i_random(stream, SUCREF_I_SIGNS + (first >> 5)) >> (first & 31U);
        const int16_t *end = x + some;
        for (; end - x >= 4; signs >>= 4, w += 4, x += 4) {
            w[0] = sucref_i_signed(x[0], signs << 31);
            w[1] = sucref_i_signed(x[1], signs << 30);
            w[2] = sucref_i_signed(x[2], signs << 29);
            w[3] = sucref_i_signed(x[3], signs << 28);
        }
        for (; x < end; signs >>= 1) { *w++ = sucref_i_signed(*x++, signs << 31); }
        first += some;
        n -= some;
    }
}

/* w = n values from index `first` on, with random signs unless sparse */
static void sucref_i_vec_load(int32_t *w, sucref_values x, uint32_t first, uint32_t n, const sucref_i_vec *v)
{
    const int sparse = (v->flags & SUCREF_VEC_SPARSE) != 0;
    uint32_t i;
    if (x.i16 != NULL) {
        if (!sparse) { sucref_i_flip(w, x.i16 + first, first, n, &v->stream); }
        for (i = 0; sparse && i < n; i++) { w[i] = x.i16[first + i]; }
        return;
    }
    for (i = 0; i < n; i++) {
        w[i] = sucref_i_vec_value(v, x, first + i);
        if (!sparse && sucref_i_minus(&v->stream, SUCREF_I_SIGNS, first + i)) { w[i] = -w[i]; }
    }
}

/* all of a frame but its payload */
static void sucref_i_vec_close(uint8_t *frame, size_t payload, uint32_t n, uint32_t ratio, const sucref_vec_options *o,
                               const sucref_i_vec *v)
{
    frame[0] = 'V';
    frame[1] = (uint8_t)(v->flags | SUCREF_I_GENERATOR);
    sucref_i_put_le(frame + 2, n - 1U, 2);
    sucref_i_put_le(frame + 4, o->stream, 4);
    sucref_i_put_le(frame + 8, v->step.multiplier, 4);
    frame[12] = v->step.shift; frame[13] = v->down;
    sucref_i_put_le(frame + 14, ratio, 2);
    sucref_i_put_le(frame + 16, (uint32_t)payload, 4);
    sucref_i_put_le(frame + SUCREF_I_VEC_HEADER + payload, sucref_i_crc_ram(frame, SUCREF_I_VEC_HEADER + payload), 4);
}

/* codes one block or, of sparse data, up to SUCREF_VEC_BLOCK values of x from number `first` on; how many */
static uint32_t sucref_i_send_block(int32_t *work, sucref_values x, uint32_t first, sucref_i_vec *v,
                                   sucref_i_encoder *e)
{
    const uint32_t left = (uint32_t)x.n - first;
    const unsigned k = sucref_i_vec_block(v, left);
    uint32_t n = (uint32_t)1 << (2U * k);
    if (v->flags & SUCREF_VEC_SPARSE) { n = left < SUCREF_VEC_BLOCK ? left : (uint32_t)SUCREF_VEC_BLOCK; }
    sucref_i_vec_load(work, x, first, n, v);
    if (v->flags & SUCREF_VEC_SPARSE) {
        sucref_i_quantize_each(work, n, v, first, v->step.shift);
        sucref_i_send_sparse(work, n, v, e);
        return n;
    }
    sucref_i_hadamard(work, 2U * k);
    if ((v->flags & SUCREF_VEC_D4) && k > 0) {
        sucref_i_quantize_d4(work, n, v, first, v->step.shift + k);
        sucref_i_send_d4(work, n, v, e);
    } else {
        sucref_i_quantize_each(work, n, v, first, v->step.shift + k);
        sucref_i_send_each(work, n, &v->single, e);
    }
    return n;
}

/* D4 and SPARSE exclude each other, HALF is a kind of SPARSE */
static int sucref_i_vec_flags_ok(unsigned flags)
{
    return flags <= 7U && (flags & 3U) != 3U && ((flags & SUCREF_VEC_SPARSE) || !(flags & SUCREF_VEC_HALF));
}

SUCREF_API int sucref_vec_encode(uint8_t *frame, size_t room, size_t *frame_len, sucref_values x,
                                 const sucref_vec_options *o, int32_t *work)
{
    sucref_i_vec v;
    sucref_i_encoder e;
    const uint32_t n = (uint32_t)x.n;
    uint32_t ratio, i;
    size_t payload = 0;
    if (frame == NULL || frame_len == NULL || sucref_i_no_values(x) || o == NULL || work == NULL) {
        return SUCREF_E_ARG;
    }
    if (n < 1 || n > 65536U || n != x.n || o->ratio < 40 || o->ratio > 2048 || !sucref_i_vec_flags_ok(o->flags)) {
        return SUCREF_E_RANGE;
    }
    v.flags = o->flags;
    v.down = (uint8_t)sucref_i_vec_down(x);
    sucref_stream_init(&v.stream, o->seed_low, o->seed_high, o->stream);
    ratio = sucref_i_vec_step(&v, x, o->ratio);
    sucref_i_vec_models(&v, ratio);
    sucref_i_encoder_init(&e, room > SUCREF_I_VEC_HEADER ? frame + SUCREF_I_VEC_HEADER : frame,
                          room > SUCREF_VEC_OVERHEAD ? room - SUCREF_VEC_OVERHEAD : 0);
    for (i = 0; v.step.multiplier != 0 && i < n; ) { i += sucref_i_send_block(work, x, i, &v, &e); }
    if (v.step.multiplier != 0) { payload = sucref_i_encoder_end(&e); }
    *frame_len = payload + SUCREF_VEC_OVERHEAD;
    if (*frame_len > room) { return SUCREF_E_SPACE; }
    sucref_i_vec_close(frame, payload, n, ratio, o, &v);
    return SUCREF_OK;
}

/* a frame's head into v; SUCREF_OK or SUCREF_E_DATA */
static int sucref_i_vec_open(sucref_i_vec *v, uint32_t *n, uint32_t *payload, const uint8_t *frame, size_t frame_len,
                             const sucref_vec_options *o)
{
    uint32_t ratio;
    if (frame_len < SUCREF_VEC_OVERHEAD || frame[0] != 'V' || (frame[1] & 0xF8U) != SUCREF_I_GENERATOR ||
        !sucref_i_vec_flags_ok(frame[1] & 7U)) {
        return SUCREF_E_DATA;
    }
    v->flags = (uint8_t)(frame[1] & 7U);
    v->step.multiplier = sucref_i_get_le(frame + 8);
    v->step.shift = frame[12]; v->down = frame[13];
    ratio = sucref_i_get_le(frame + 14) & 0xFFFFU;
    *payload = sucref_i_get_le(frame + 16);
    if (*payload != frame_len - SUCREF_VEC_OVERHEAD || v->step.multiplier > 0xFFFFFFU || v->step.shift < 8 ||
        v->step.shift > 19 || v->down > SUCREF_I_VEC_DOWN || ratio < 40 || ratio > 4096) {
        return SUCREF_E_DATA;
    }
    if (sucref_i_crc_ram(frame, frame_len - 4U) != sucref_i_get_le(frame + frame_len - 4U)) { return SUCREF_E_DATA; }
    *n = (sucref_i_get_le(frame + 2) & 0xFFFFU) + 1U;
    sucref_stream_init(&v->stream, o->seed_low, o->seed_high, sucref_i_get_le(frame + 4));
    sucref_i_vec_models(v, ratio);
    return SUCREF_OK;
}

/* estimate * 2^fraction_bits / (2 unit), rounded to nearest, in the caller's units: times 2^down */
static int32_t sucref_i_vec_output(int64_t estimate, int64_t unit, unsigned fraction_bits, unsigned down)
{
    const unsigned finer = fraction_bits + down < 8U ? fraction_bits + down : 8U; /* |estimate| < 2^53 */
    const int64_t top = estimate * ((int64_t)1 << finer) + unit;
    const int32_t whole = sucref_i_sat32(top >= 0 ? top / (2 * unit) : -((2 * unit - 1 - top) / (2 * unit)));
    return sucref_i_sat32(whole * ((int64_t)1 << (fraction_bits + down - finer)));
}

SUCREF_API int sucref_vec_decode(int32_t *x, uint32_t *n, const uint8_t *frame, size_t frame_len,
                                 const sucref_vec_options *o, int64_t *work)
{
    sucref_i_vec v;
    sucref_i_decoder d;
    uint32_t payload, room, i, j;
    int status;
    if (x == NULL || n == NULL || frame == NULL || o == NULL || work == NULL) { return SUCREF_E_ARG; }
    if (o->fraction_bits > 8) { return SUCREF_E_RANGE; }
    room = *n;
    status = sucref_i_vec_open(&v, n, &payload, frame, frame_len, o);
    if (status != SUCREF_OK) { return status; }
    if (room < *n) { return SUCREF_E_SPACE; }
    sucref_i_decoder_init(&d, frame + SUCREF_I_VEC_HEADER, (size_t)payload);
    for (i = 0; i < *n; ) {
        const unsigned k = sucref_i_vec_block(&v, *n - i);
        const uint32_t count = (uint32_t)1 << (2U * k);
        const int64_t unit = (int64_t)v.step.multiplier << (2U * k); /* half of what one is in work */
        if (v.step.multiplier == 0) { x[i++] = 0; continue; }
        if (!sucref_i_receive_block(&v, &d, work, i, k)) { return SUCREF_E_DATA; }
        sucref_i_hadamard64(work, 2U * k); /* < 2^42 * 2^10 */
        for (j = 0; j < count; j++) {
            const int minus = !(v.flags & SUCREF_VEC_SPARSE) && sucref_i_minus(&v.stream, SUCREF_I_SIGNS, i + j);
            x[i + j] = sucref_i_vec_output(minus ? -work[j] : work[j], unit, o->fraction_bits, v.down);
        }
        i += count;
    }
    return SUCREF_OK;
}
#endif /* SUCREF_NO_DITHER */

#ifndef SUCREF_NO_PARITY
/* ---- parity: implementation ------------------------------------------------------------------------------------- */
static const int8_t sucref_i_code8[4][8] = { { 1, 1, 1, 1, 1, 1, 1, 1 },
                                             { 1, -1, 2, -2, 3, -3, 4, -4 },
                                             { 1, 2, 3, -4, -1, -2, -3, 4 },
                                             { 2, -4, -2, 4, 3, -1, 1, -3 } };
static const int8_t sucref_i_code16[3][16] = { { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 },
                                               { 6, -5, 8, -3, 5, -7, 7, 1, -6, -2, 2, -4, -1, 3, -8, 4 },
                                               { -5, 7, 8, 4, 1, -2, -8, -1, -3, -4, 3, 6, -6, 5, 2, -7 } };

/* 0 wraps on purpose */
static int sucref_i_is_code(unsigned n, unsigned r) { return n - 1U < 16 && r - 1U < (n <= 8 ? 4U : 3U); }
static int32_t sucref_i_coefficient(unsigned n, unsigned parity, unsigned shard)
{
    return n <= 8 ? sucref_i_code8[parity][shard] : sucref_i_code16[parity][shard];
}

SUCREF_API int sucref_parity_coefficient(unsigned n, unsigned r, unsigned parity, unsigned shard)
{
    return sucref_i_is_code(n, r) && parity < r && shard < n ? (int)sucref_i_coefficient(n, parity, shard) : 0;
}

SUCREF_API int sucref_parity_rows(int16_t *out, const int8_t *const *w, size_t len, unsigned n, unsigned r,
                                  unsigned parity)
{
    size_t k;
    unsigned i;
    if (out == NULL || w == NULL) { return SUCREF_E_ARG; }
    if (!sucref_i_is_code(n, r) || parity >= r) { return SUCREF_E_RANGE; }
    for (k = 0; k < len; k++) {
        int sum = 0; /* 128 * 8 * 16 < 2^15 */
        for (i = 0; i < n; i++) { sum += (int)sucref_i_coefficient(n, parity, i) * w[i][k]; }
        out[k] = (int16_t)sum;
    }
    return SUCREF_OK;
}

/* determinant of the equations of the lost shards (cols: a mask of the plan's) by some parities (a mask of as many),
 * at most 4: < 4! * 8^4 */
static int32_t sucref_i_minor(const sucref_recovery *p, unsigned parities, unsigned cols)
{
    int32_t sum = 0;
    unsigned j = 0, c;
    if (parities == 0) { return 1; }
    while (!(parities >> j & 1U)) { j++; }
    for (c = SUCREF_MAX_PARITY; c-- > 0; ) { /* the last column first: signs alternate, the first one's is + */
        if (!(cols >> c & 1U)) { continue; }
        sum = sucref_i_coefficient(p->n, j, p->lost[c]) * sucref_i_minor(p, parities & ~(1U << j), cols & ~(1U << c)) -
              sum;
    }
    return sum;
}

static unsigned sucref_i_count_bits(uint32_t v)
{
    unsigned n = 0;
    for (; v != 0; v &= v - 1U) { n++; }
    return n;
}

/* fills the plan's factors for the parities chosen: y = (adjugate / odd part of the determinant)
 * (parity - known) / 2^shift */
static void sucref_i_plan_factors(sucref_recovery *p, unsigned parities, uint32_t odd)
{
    const unsigned all = (1U << p->n_lost) - 1U;
    uint32_t inverse = odd; /* correct to 3 bits; each step doubles them */
    unsigned i, j, k, parity;
    for (k = 0; k < 4; k++) { inverse *= 2U - odd * inverse; }
    for (i = 0; i < p->n_lost; i++) {
        uint32_t *to = p->factor[i];
        for (k = 0; k < (unsigned)p->n + p->r; k++) { to[k] = 0; }
        for (j = 0, parity = 0; parity < p->r; parity++) {
            uint32_t factor;
            if (!(parities >> parity & 1U)) { continue; }
            factor = (uint32_t)sucref_i_minor(p, parities & ~(1U << parity), all & ~(1U << i)) * inverse;
            if ((i + j) % 2U != 0) { factor = 0U - factor; }
            j++;
            to[p->n + parity] = factor;
            for (k = 0; k < p->n; k++) { to[k] -= factor * (uint32_t)sucref_i_coefficient(p->n, parity, k); }
        }
        for (k = 0; k < p->n_lost; k++) { to[p->lost[k]] = 0; }
    }
}

SUCREF_API int sucref_recovery_plan(sucref_recovery *p, unsigned n, unsigned r, uint32_t present, uint32_t limit)
{
    unsigned i, parities, best = 0;
    uint32_t odd = 0;
    if (p == NULL) { return SUCREF_E_ARG; }
    if (!sucref_i_is_code(n, r) || limit - 1U > 0x7FFFFFFFU) { return SUCREF_E_RANGE; }
    present &= ((uint32_t)1 << (n + r)) - 1U;
    if (n > sucref_i_count_bits(present)) { return SUCREF_E_STATE; }
    p->present = present; p->limit = limit;
    p->n = (uint8_t)n; p->r = (uint8_t)r; p->n_lost = 0; p->shift = 0;
    for (i = 0; i < n; i++) { if (!(present >> i & 1U)) { p->lost[p->n_lost++] = (uint8_t)i; } }
    if (p->n_lost == 0) { return SUCREF_OK; }
    p->shift = 32;
    /* the parities whose determinant has the fewest factors of two */
    for (parities = 1; parities < 1U << r; parities++) {
        unsigned shift = 0;
        uint32_t d;
        if ((parities & ~(present >> n)) != 0 || sucref_i_count_bits(parities) != p->n_lost) { continue; }
        d = (uint32_t)sucref_i_minor(p, parities, (1U << p->n_lost) - 1U); /* never 0 */
        for (; !(d & 1U); d = d >> 1 | (d & 0x80000000U)) { shift++; } /* exact, keeps the sign */
        if (shift < p->shift) { p->shift = (uint8_t)shift; best = parities; odd = d; }
    }
    if (limit > 0x80000000U >> p->shift) { return SUCREF_E_RANGE; }
    sucref_i_plan_factors(p, best, odd);
    return SUCREF_OK;
}

/* one output of a lost shard; *rest gets the bits that must be 0 */
static int32_t sucref_i_recover_one(const sucref_recovery *p, unsigned which, const int32_t *const *shard, size_t k,
                                    uint32_t *rest)
{
    uint32_t sum = 0;
    unsigned i;
    for (i = 0; i < (unsigned)p->n + p->r; i++) {
        if (p->factor[which][i] != 0) { sum += p->factor[which][i] * (uint32_t)shard[i][k]; }
    }
    *rest |= sum & (((uint32_t)1 << p->shift) - 1U);
    return sucref_i_floor32(sucref_i_s32(sum), p->shift);
}

SUCREF_API int sucref_recover(int32_t *out, const sucref_recovery *p, unsigned which, const int32_t *const *shard,
                              size_t len)
{
    uint32_t rest = 0;
    unsigned i;
    size_t k;
    if (out == NULL || p == NULL || shard == NULL || which >= p->n_lost) { return SUCREF_E_ARG; }
    for (k = 0; k < len; k++) { out[k] = 0; }
    for (i = 0; i < (unsigned)p->n + p->r; i++) { /* one shard after the other */
        const uint32_t factor = p->factor[which][i];
        const int32_t *y = shard[i];
        for (k = 0; factor != 0 && k < len; k++) { out[k] = sucref_i_s32((uint32_t)out[k] + factor * (uint32_t)y[k]); }
    }
    for (k = 0; k < len; k++) {
        rest |= (uint32_t)out[k] & (((uint32_t)1 << p->shift) - 1U);
        out[k] = sucref_i_floor32(out[k], p->shift);
    }
    return rest == 0 ? SUCREF_OK : SUCREF_E_DATA;
}

/* do all parities present hold for output k, with the lost shards recovered and all data below the limit? */
static int sucref_i_parities_hold(const sucref_recovery *p, const int32_t *const *shard, size_t k)
{
    int32_t y[SUCREF_MAX_SHARDS];
    uint32_t rest = 0;
    unsigned i, j, lost = 0;
    for (i = 0; i < p->n; i++) {
        const int gone = lost < p->n_lost && p->lost[lost] == i;
        y[i] = gone ? sucref_i_recover_one(p, lost, shard, k, &rest) : shard[i][k];
        lost += (unsigned)gone;
        if ((y[i] < 0 ? 0U - (uint32_t)y[i] : (uint32_t)y[i]) >= p->limit) { return 0; }
    }
    for (j = 0; j < p->r; j++) {
        uint32_t sum;
        if (!(p->present >> (p->n + j) & 1U)) { continue; }
        sum = (uint32_t)shard[p->n + j][k];
        for (i = 0; i < p->n; i++) { sum -= (uint32_t)sucref_i_coefficient(p->n, j, i) * (uint32_t)y[i]; }
        rest |= sum;
    }
    return rest == 0;
}

static int sucref_i_agree(const sucref_recovery *p, const int32_t *const *shard, size_t len)
{
    size_t k;
    for (k = 0; k < len; k++) { if (!sucref_i_parities_hold(p, shard, k)) { return 0; } }
    return 1;
}

/* do the others agree without the shards of a mask? */
static int sucref_i_agree_without(const sucref_recovery *p, uint32_t mask, const int32_t *const *shard, size_t len)
{
    sucref_recovery other;
    return (p->present & mask) == mask &&
           sucref_recovery_plan(&other, p->n, p->r, p->present & ~mask, p->limit) == SUCREF_OK &&
           sucref_i_agree(&other, shard, len);
}

SUCREF_API int sucref_parity_check(uint32_t *wrong, const sucref_recovery *p, const int32_t *const *shard, size_t len)
{
    unsigned spare, all, a, b, fits = 0;
    uint32_t found = 0;
    if (p == NULL || shard == NULL) { return SUCREF_E_ARG; }
    if (wrong != NULL) { *wrong = 0; }
    if (sucref_i_agree(p, shard, len)) { return SUCREF_OK; }
    all = (unsigned)p->n + p->r;
    spare = sucref_i_count_bits(p->present) - p->n;
    for (a = 0; wrong != NULL && spare >= 2 && a < all; a++) { /* one wrong */
        const uint32_t one = (uint32_t)1 << a;
        if (sucref_i_agree_without(p, one, shard, len)) { found = one; fits++; }
    }
    for (a = 0; wrong != NULL && fits == 0 && spare >= 4 && a < all; a++) { /* two wrong */
        for (b = a + 1U; b < all; b++) {
            const uint32_t pair = (uint32_t)1 << a | (uint32_t)1 << b;
            if (sucref_i_agree_without(p, pair, shard, len)) { found = pair; fits++; }
        }
    }
    if (fits == 1) { *wrong = found; }
    return SUCREF_E_DATA;
}

/* ---- mix: implementation ---------------------------------------------------------------------------------------- */
SUCREF_API int sucref_mix_encode(int32_t *x, const int16_t *const *c, size_t len, unsigned degree, unsigned workers,
                                 unsigned worker)
{
    const int32_t base = (int32_t)workers + 1;
    int32_t sum = 0, power = 1; /* of all coefficients of the last worker: the largest */
    unsigned g;
    size_t i;
    if (x == NULL || c == NULL) { return SUCREF_E_ARG; }
    if (workers > SUCREF_MAX_SHARDS || worker >= workers) { return SUCREF_E_RANGE; }
    for (g = 0; g <= degree; g++) {
        sum = sum * base + power;
        power *= (int32_t)workers; /* < sum * base */
        if (sum > 65535) { return SUCREF_E_RANGE; } /* else |x| <= 2^15 * 65535 < 2^31, at each step too */
    }
    for (i = 0; i < len; i++) { x[i] = 0; }
    for (g = 0, power = 1; g <= degree; g++, power *= (int32_t)worker + 1) {
        for (i = 0; i < len; i++) { x[i] = x[i] * base + power * c[g][i]; }
    }
    return SUCREF_OK;
}

static int64_t sucref_i_gcd(int64_t a, int64_t b) /* but for its sign */
{
    while (b != 0) {
        const int64_t rest = a % b;
        a = b; b = rest;
    }
    return a;
}

/* the weight of a plan's answer n for input k, reduced: *top / the result, which is > 0. Each of at most 7 factors is
 * within +-2^7: b_k - a_j = (k (N + 1) - j K) / (K (N + 1)), counted from 1, and a_n - a_j = (n - j) / (N + 1) */
static int64_t sucref_i_mix_weight(int64_t *top, const sucref_mix *p, unsigned k, unsigned n)
{
    const int32_t inputs = p->inputs, at = ((int32_t)k + 1) * ((int32_t)p->workers + 1);
    int64_t bottom = 1, gcd;
    unsigned j;
    for (j = 0, *top = 1; j < p->needed; j++) {
        if (j == n) { continue; }
        *top *= at - ((int32_t)p->worker[j] + 1) * inputs;
        bottom *= ((int32_t)p->worker[n] - p->worker[j]) * inputs;
    }
    gcd = sucref_i_gcd(*top, bottom);
    if ((gcd < 0) != (bottom < 0)) { gcd = -gcd; }
    *top /= gcd;
    return bottom / gcd;
}

/* input k's weights over the plan's denominator; 0 where they do not fit */
static int sucref_i_mix_row(sucref_mix *p, unsigned k)
{
    int32_t left = 0x7FFFFFFF;
    unsigned n;
    for (n = 0; n < p->needed; n++) {
        int64_t top;
        const int32_t scale = (int32_t)(p->denominator / sucref_i_mix_weight(&top, p, k, n));
        const int64_t most = left / scale;
        if (top > most || top < -most) { return 0; }
        p->weight[k][n] = (int32_t)top * scale;
        left -= p->weight[k][n] < 0 ? -p->weight[k][n] : p->weight[k][n];
    }
    return 1;
}

SUCREF_API int sucref_mix_plan(sucref_mix *p, unsigned inputs, unsigned workers, unsigned needed, uint32_t present)
{
    unsigned k, n = 0, i;
    if (p == NULL) { return SUCREF_E_ARG; }
    if (inputs - 1U >= SUCREF_MAX_MIXED || workers > SUCREF_MAX_SHARDS || needed > workers ||
        needed - 1U >= SUCREF_MAX_MIXED) { return SUCREF_E_RANGE; }
    for (i = 0; i < workers && n < needed; i++) { if (present >> i & 1U) { p->worker[n++] = (uint8_t)i; } }
    if (n < needed) { return SUCREF_E_STATE; }
    p->inputs = (uint8_t)inputs; p->workers = (uint8_t)workers; p->needed = (uint8_t)needed;
    p->denominator = 1;
    for (k = 0; k < inputs; k++) {
        for (n = 0; n < needed; n++) {
            int64_t top, more = sucref_i_mix_weight(&top, p, k, n);
            more /= sucref_i_gcd(p->denominator, more);
            if (more > 0x7FFFFFFF / p->denominator) { return SUCREF_E_RANGE; }
            p->denominator *= (int32_t)more;
        }
    }
    for (k = 0; k < inputs; k++) { if (!sucref_i_mix_row(p, k)) { return SUCREF_E_RANGE; } }
    return SUCREF_OK;
}

SUCREF_API int sucref_mix_decode(int64_t *out, const sucref_mix *p, unsigned which, const int32_t *const *y,
                                 size_t len)
{
    unsigned n;
    size_t i;
    if (out == NULL || p == NULL || y == NULL || which >= p->inputs) { return SUCREF_E_ARG; }
    for (i = 0; i < len; i++) { out[i] = 0; }
    for (n = 0; n < p->needed; n++) { /* one worker after the other; |out| <= (2^31 - 1) * 2^31 */
        const int32_t weight = p->weight[which][n], *from = y[p->worker[n]];
        for (i = 0; weight != 0 && i < len; i++) { out[i] += (int64_t)weight * from[i]; }
    }
    return SUCREF_OK;
}

/* ---- fusion: implementation --------------------------------------------------------------------------------------
 * Memory: per job, job number | 1 + layer, with its top bit set once closed; 0: never used | unit: multiplier |
 * exponent, and bit 8 once it is known | per plane: mask of the shards that came, outputs [n + r][rows]. */

enum { SUCREF_I_JOB_HEAD = 4 };
#define SUCREF_I_CLOSED 0x80000000U

static void sucref_i_shard_head(uint8_t *message, const sucref_shard *s)
{
    message[0] = 'S';
    message[1] = (uint8_t)s->unit.exponent;
    sucref_i_put_le(message + 2, s->layer, 2);
    sucref_i_put_le(message + 4, s->job, 4);
    message[8] = s->plane; message[9] = s->shard;
    sucref_i_put_le(message + 10, s->count, 2);
    sucref_i_put_le(message + 12, (uint32_t)s->unit.multiplier, 4);
}

SUCREF_API int sucref_shard_pack(uint8_t *message, size_t room, size_t *len, const sucref_shard *s, const int32_t *y)
{
    size_t i;
    if (message == NULL || len == NULL || s == NULL || y == NULL) { return SUCREF_E_ARG; }
    if (s->count < 1 || s->count > 16383) { return SUCREF_E_RANGE; }
    *len = SUCREF_SHARD_OVERHEAD + 4U * (size_t)s->count;
    if (room < *len) { return SUCREF_E_SPACE; }
    sucref_i_shard_head(message, s);
    for (i = 0; i < s->count; i++) { sucref_i_put_le(message + 16 + 4 * i, (uint32_t)y[i], 4); }
    sucref_i_put_le(message + *len - 4, sucref_i_crc_ram(message, *len - 4U), 4);
    return SUCREF_OK;
}

SUCREF_API int sucref_shard_open(sucref_shard *out, const uint8_t *message, size_t len)
{
    sucref_shard s;
    if (out == NULL || message == NULL) { return SUCREF_E_ARG; }
    if (len < SUCREF_SHARD_OVERHEAD + 4U || message[0] != 'S') { return SUCREF_E_DATA; }
    s.layer = (uint16_t)sucref_i_get_le(message + 2); /* the lower half */
    s.job = sucref_i_get_le(message + 4);
    s.plane = message[8]; s.shard = message[9];
    s.count = (uint16_t)sucref_i_get_le(message + 10);
    s.unit.multiplier = sucref_i_s32(sucref_i_get_le(message + 12));
    s.unit.exponent = (int8_t)sucref_i_s8(message[1]);
    s.outputs = message + 16;
    if (s.count > 16383 || len != SUCREF_SHARD_OVERHEAD + 4U * (size_t)s.count) { return SUCREF_E_DATA; }
    if (sucref_i_crc_ram(message, len - 4U) != sucref_i_get_le(message + len - 4U)) { return SUCREF_E_DATA; }
    *out = s;
    return SUCREF_OK;
}

static size_t sucref_i_plane_words(const sucref_fusion_options *o) { return 1U + (size_t)(o->n + o->r) * o->rows; }
static size_t sucref_i_job_words(const sucref_fusion_options *o)
{
    return SUCREF_I_JOB_HEAD + o->planes * sucref_i_plane_words(o);
}

SUCREF_API size_t sucref_fusion_work_len(const sucref_fusion_options *o)
{
    uint64_t len;
    if (o == NULL || !sucref_i_is_code(o->n, o->r == 0 ? 1 : o->r) || o->rows < 1 || o->rows > 16383 || o->planes < 1 ||
        o->planes > 8 || o->protect > o->planes || o->jobs < 1 || o->jobs > 64 || o->limit < 1 ||
        o->limit > 0x80000000U) {
        return 0;
    }
    len = (uint64_t)o->jobs * (SUCREF_I_JOB_HEAD + o->planes * (1U + (uint64_t)(o->n + o->r) * o->rows));
    return (size_t)len == len ? (size_t)len : 0;
}

SUCREF_API int sucref_fusion_init(sucref_fusion *f, const sucref_fusion_options *o, uint32_t *memory, size_t memory_len)
{
    size_t i, len;
    if (f == NULL || o == NULL || memory == NULL) { return SUCREF_E_ARG; }
    len = sucref_fusion_work_len(o);
    if (len == 0) { return SUCREF_E_RANGE; }
    if (memory_len < len) { return SUCREF_E_SPACE; }
    for (i = 0; i < len; i++) { memory[i] = 0; }
    f->o = *o; f->memory = memory;
    f->bad = f->foreign = f->repeated = 0;
    return SUCREF_OK;
}

/* the memory of a job with this mark, or NULL */
static uint32_t *sucref_i_find_job(const sucref_fusion *f, uint32_t job, uint32_t mark)
{
    uint32_t *p = f->memory;
    unsigned k;
    for (k = 0; k < f->o.jobs; k++, p += sucref_i_job_words(&f->o)) { if (p[1] == mark && p[0] == job) { return p; } }
    return NULL;
}

static uint32_t *sucref_i_open_job(const sucref_fusion *f, uint32_t job, uint32_t layer)
{
    return layer > 0xFFFFU ? NULL : sucref_i_find_job(f, job, layer + 1U);
}

/* memory that no open job has, better none that a closed one had, or NULL */
static uint32_t *sucref_i_free_job(const sucref_fusion *f)
{
    uint32_t *p = f->memory, *found = NULL;
    unsigned k;
    for (k = 0; k < f->o.jobs; k++, p += sucref_i_job_words(&f->o)) {
        if (p[1] == 0 || (found == NULL && (p[1] & SUCREF_I_CLOSED))) { found = p; }
    }
    return found;
}

static uint32_t *sucref_i_fusion_plane(const sucref_fusion *f, uint32_t *job, unsigned plane)
{
    return job + SUCREF_I_JOB_HEAD + plane * sucref_i_plane_words(&f->o);
}

SUCREF_API int sucref_fusion_begin(sucref_fusion *f, uint32_t job, unsigned layer)
{
    const uint32_t number = layer; /* 16 bits of an int on AVR */
    uint32_t *p;
    unsigned plane;
    if (f == NULL) { return SUCREF_E_ARG; }
    if (number > 0xFFFFU) { return SUCREF_E_RANGE; }
    p = sucref_i_open_job(f, job, number);
    if (p == NULL) { p = sucref_i_find_job(f, job, SUCREF_I_CLOSED | (number + 1U)); }
    if (p != NULL) { return SUCREF_E_STATE; }
    p = sucref_i_free_job(f);
    if (p == NULL) { return SUCREF_E_SPACE; }
    p[0] = job; p[1] = number + 1U; p[3] = 0;
    for (plane = 0; plane < f->o.planes; plane++) { *sucref_i_fusion_plane(f, p, plane) = 0; }
    return SUCREF_OK;
}

/* complete planes from the first on */
static unsigned sucref_i_complete(const sucref_fusion *f, uint32_t *job)
{
    const uint32_t data = ((uint32_t)1 << f->o.n) - 1U;
    unsigned t;
    for (t = 0; t < f->o.planes; t++) {
        const uint32_t came = *sucref_i_fusion_plane(f, job, t);
        if ((came & data) != data && (t >= f->o.protect || sucref_i_count_bits(came) < f->o.n)) { break; }
    }
    return t;
}

/* is a message one that a device of these jobs can send? Outputs of a parity may wrap, those of data keep the limit. */
static int sucref_i_fits_fusion(const sucref_fusion *f, const sucref_shard *s)
{
    unsigned i;
    if (s->count != f->o.rows || s->plane >= f->o.planes || s->shard >= f->o.n + f->o.r ||
        (s->shard >= f->o.n && s->plane >= f->o.protect)) {
        return 0;
    }
    for (i = 0; s->shard < f->o.n && i < s->count; i++) {
        const uint32_t y = sucref_i_get_le(s->outputs + 4U * i);
        if ((y >> 31 ? 0U - y : y) >= f->o.limit) { return 0; }
    }
    return 1;
}

/* the same unit as the job's other messages? The first one says it. */
static int sucref_i_same_unit(uint32_t *job, const sucref_scale *unit)
{
    const uint32_t multiplier = (uint32_t)unit->multiplier, exponent = 256U | (uint8_t)unit->exponent;
    if (job[3] == 0) { job[2] = multiplier; job[3] = exponent; }
    return job[2] == multiplier && job[3] == exponent;
}

SUCREF_API int sucref_fusion_take(sucref_fusion *f, const uint8_t *message, size_t len)
{
    sucref_shard s;
    uint32_t *job, *plane, *to, other = 0;
    unsigned before, i;
    if (f == NULL || message == NULL) { return SUCREF_E_ARG; }
    if (sucref_shard_open(&s, message, len) != SUCREF_OK) { f->bad++; return SUCREF_E_DATA; }
    job = sucref_i_open_job(f, s.job, s.layer);
    if (job == NULL) { f->foreign++; return SUCREF_E_STATE; }
    if (!sucref_i_fits_fusion(f, &s) || !sucref_i_same_unit(job, &s.unit)) { f->bad++; return SUCREF_E_DATA; }
    plane = sucref_i_fusion_plane(f, job, s.plane);
    to = plane + 1U + (size_t)s.shard * f->o.rows;
    if (*plane >> s.shard & 1U) {
        for (i = 0; i < s.count; i++) { other |= to[i] ^ sucref_i_get_le(s.outputs + 4U * i); }
        if (other != 0) { f->bad++; return SUCREF_E_DATA; }
        f->repeated++;
        return SUCREF_E_STATE;
    }
    before = sucref_i_complete(f, job);
    for (i = 0; i < s.count; i++) { to[i] = sucref_i_get_le(s.outputs + 4U * i); }
    *plane |= (uint32_t)1 << s.shard;
    return sucref_i_complete(f, job) > before ? SUCREF_STOP : SUCREF_MORE;
}

SUCREF_API int sucref_fusion_stops(const sucref_fusion *f, uint32_t job, unsigned layer)
{
    uint32_t *p;
    if (f == NULL) { return SUCREF_E_ARG; }
    p = sucref_i_open_job(f, job, layer);
    return p == NULL ? SUCREF_E_STATE : (int)sucref_i_complete(f, p);
}

SUCREF_API int sucref_fusion_release(const sucref_fusion *f, uint32_t job, unsigned layer, unsigned plane, int32_t *out,
                                     sucref_scale *unit)
{
    const int32_t *shard[SUCREF_MAX_SHARDS + SUCREF_MAX_PARITY];
    const uint32_t *p;
    uint32_t *open;
    sucref_recovery plan;
    unsigned i;
    size_t k;
    int status = SUCREF_OK;
    if (f == NULL || out == NULL) { return SUCREF_E_ARG; }
    open = sucref_i_open_job(f, job, layer);
    if (open == NULL || plane >= sucref_i_complete(f, open)) { return SUCREF_E_STATE; }
    p = sucref_i_fusion_plane(f, open, plane);
    for (i = 0; i < (unsigned)f->o.n + f->o.r; i++) { shard[i] = (const int32_t *)(p + 1U + (size_t)i * f->o.rows); }
    plan.n_lost = 0;
    if (f->o.r > 0) {
        status = sucref_recovery_plan(&plan, f->o.n, f->o.r, *p, f->o.limit);
        if (status == SUCREF_OK) { status = sucref_parity_check(NULL, &plan, shard, f->o.rows); }
    }
    if (status != SUCREF_OK) { return status; }
    for (i = 0; i < f->o.n; i++) {
        for (k = 0; (*p >> i & 1U) && k < f->o.rows; k++) { out[(size_t)i * f->o.rows + k] = shard[i][k]; }
    }
    for (i = 0; i < plan.n_lost; i++) {
        (void)sucref_recover(out + (size_t)plan.lost[i] * f->o.rows, &plan, i, shard, f->o.rows);
    }
    if (unit != NULL) {
        unit->multiplier = sucref_i_s32(open[2]);
        unit->exponent = (int8_t)sucref_i_s8((uint8_t)(open[3] & 255U));
    }
    return SUCREF_OK;
}

SUCREF_API int sucref_fusion_close(sucref_fusion *f, uint32_t job, unsigned layer)
{
    uint32_t *p;
    if (f == NULL) { return SUCREF_E_ARG; }
    p = sucref_i_open_job(f, job, layer);
    if (p == NULL) { return SUCREF_E_STATE; }
    p[1] |= SUCREF_I_CLOSED;
    return (int)sucref_i_complete(f, p);
}

/* ---- shards of a model: implementation --------------------------------------------------------------------------- */
/* of a convolution's part; its logits are the sums */
static int sucref_i_channel_sums(int32_t *y, uint32_t rows, const sucref_model *m, const sucref_layer *l,
                                 const int32_t *logits)
{
    const int two = rows < l->n_out && l->n_out == 2U * rows; /* or it wraps */
    uint32_t i, r;
    if (l->plan[0] != 8 || m->n_stops != 1 || (l->n_out > rows && !two)) { return SUCREF_E_RANGE; }
    for (i = 0; i < m->n_out; i += l->n_out, y += rows, logits += l->n_out) {
        for (r = 0; r < rows; r++) {
            const uint32_t high = two ? (uint32_t)logits[rows + r] : 0U;
            y[r] = r < l->n_out ? sucref_i_s32((uint32_t)logits[r] + high * 128U) : 0;
        }
    }
    return SUCREF_OK;
}

SUCREF_API int sucref_shard_sums(int32_t *y, uint32_t rows, const sucref_net *part, int32_t *before)
{
    sucref_answer a;
    sucref_layer l;
    sucref_group g;
    sucref_stop_group e;
    uint32_t r, n;
    if (y == NULL || part == NULL || before == NULL) { return SUCREF_E_ARG; }
    if (sucref_net_answer(part, &a) != SUCREF_OK) { return SUCREF_E_STATE; }
    sucref_model_layer(&l, part->model, 0);
    if (part->model->n_layers != 1 || rows == 0) { return SUCREF_E_RANGE; }
    if (SUCREF_I_KIND(&l) == SUCREF_KIND_CONV) { return sucref_i_channel_sums(y, rows, part->model, &l, a.logits); }
    if (part->model->n_out != l.n_out || (l.n_groups != 1 && (l.n_groups <= a.stop || l.plan[0] != 8))) {
        return SUCREF_E_RANGE;
    }
    sucref_model_group(&g, part->model, l.n_groups == 1 ? 0U : a.stop);
    sucref_model_stop_group(&e, part->model, a.stop, l.n_groups == 1 ? 0U : a.stop);
    n = g.n_rows;
    if (l.plan[0] == 8) { /* every digit is a whole weight */
        const int two = rows < n && n == 2U * rows; /* or it wraps */
        if (n > rows && !two) { return SUCREF_E_RANGE; }
        for (r = 0; r < rows; r++) {
            const uint32_t high = two ? (uint32_t)a.logits[g.first_row + rows + r] : 0U;
            y[r] = r < n ? sucref_i_s32((uint32_t)a.logits[g.first_row + r] + high * 128U) : 0;
        }
        return SUCREF_OK;
    }
    if (n > rows) { return SUCREF_E_RANGE; }
    for (r = 0; r < rows; r++) {
        uint32_t z, from;
        if (r >= n) { y[r] = 0; continue; }
        z = (uint32_t)a.logits[r];
        if (e.bits == 8 && !l.coarse) { z <<= SUCREF_READ_U8(part->model->bytes + sucref_i_params_of(&l).shift + r); }
        from = a.stop == 0 || l.coarse ? 0U : (uint32_t)before[r];
        before[r] = sucref_i_s32(z);
        y[r] = sucref_i_floor32(sucref_i_s32(z - from), l.coarse && e.bits == 8 ? 0U : 8U - e.bits);
    }
    return SUCREF_OK;
}

/* a layer whose sums have come */
typedef struct {
    const sucref_model *m;
    const int32_t *const *planes;
    const uint8_t *input;
    unsigned stop, layer, flip; /* flip: 0x80 where the input is signed */
    uint32_t lines, places;     /* of its output; of vectors and DENSE one */
    sucref_layer l;
    sucref_i_params at;
    sucref_tensor in;
} sucref_i_joint;

static void sucref_i_start_joint(sucref_i_joint *j, const sucref_model *m, unsigned stop, unsigned layer)
{
    sucref_tensor out;
    j->m = m; j->stop = stop; j->layer = layer; j->flip = 0;
    sucref_model_layer(&j->l, m, layer);
    sucref_i_place_params(&j->at, &j->l);
    sucref_model_tensor(&j->in, m, j->l.from);
    sucref_model_tensor(&out, m, j->l.to);
    j->lines = SUCREF_I_KIND(&j->l) == SUCREF_KIND_CONV ? out.height : 1U;
    j->places = SUCREF_I_KIND(&j->l) == SUCREF_KIND_CONV ? out.width : 1U;
}

/* sum(u) of the columns that a group reads at a position, of the layer's input as it came */
static uint32_t sucref_i_sum_at(const sucref_i_joint *j, const sucref_group *g, uint32_t y, uint32_t x)
{
    const uint32_t taps = sucref_i_taps(&j->l), n = g->n_columns / taps;
    uint32_t tap, c, sum = 0;
    if (SUCREF_I_KIND(&j->l) == SUCREF_KIND_DENSE) {
        for (c = 0; c < n; c++) { sum += (uint32_t)j->input[sucref_i_input_of(j->m, &j->l, c)] ^ j->flip; }
        return sum;
    }
    for (tap = 0; tap < taps; tap++) {
        const uint32_t v = y * j->l.stride_h + tap / j->l.kernel_w * j->l.dilation_h - j->l.pad_top, /* or it wraps */
                       h = x * j->l.stride_w + tap % j->l.kernel_w * j->l.dilation_w - j->l.pad_left;
        if (v >= j->in.height || h >= j->in.width) { sum += n * j->in.zero; continue; }
        for (c = 0; c < n; c++) { sum += (uint32_t)j->input[(v * j->in.width + h) * j->in.channels + c] ^ j->flip; }
    }
    return sum;
}

/* SUCREF_OK when every sum that rows first..first + n - 1 are made of is one that digits can give with inputs of this
 * sum: then a row's accumulator lies within -128 * sum..127 * sum, and nothing that follows can overflow */
static int sucref_i_sums_fit(const sucref_layer *l, unsigned bits, const int32_t *const *sums, uint32_t first,
                             uint32_t n, uint32_t sum)
{
    const unsigned mask = sucref_i_planes_read(l, bits);
    unsigned t;
    uint32_t r;
    for (t = 0; mask >> t != 0; t++) {
        const int64_t most = (int64_t)sum << l->plan[t], /* the digits: 0..2^width - 1, or signed as many */
                      low = t == 0 || l->plan[t] == 8 ? most / 2 : 0;
        if (!(mask >> t & 1U)) { continue; }
        if (sums[t] == NULL) { return SUCREF_E_ARG; }
        for (r = first; r < first + n; r++) {
            if (sums[t][r] < -low || sums[t][r] > most - low - (int64_t)sum) { return SUCREF_E_DATA; }
        }
    }
    return SUCREF_OK;
}

/* the accumulator that the engine would have, from the sums of a row's planes */
static uint32_t sucref_i_joined(const sucref_layer *l, unsigned bits, const int32_t *const *sums, uint32_t row,
                                uint32_t sum)
{
    uint32_t a = 0;
    unsigned t, left = 8;
    if (l->plan[l->n_planes - 1U] == 8 && bits == 8) { return (uint32_t)sums[l->n_planes - 1U][row]; }
    for (t = 0; left > 8U - bits; t++) {
        left -= l->plan[t];
        a += (uint32_t)sums[t][row] << left;
    }
    return (a + (sum << 7)) >> left;
}

/* SUCREF_OK when all of a layer's sums are such */
static int sucref_i_joint_fits(const sucref_i_joint *j)
{
    uint32_t y, x;
    unsigned k;
    for (y = 0; y < j->lines; y++) {
        for (x = 0; x < j->places; x++) {
            for (k = 0; k < j->l.n_groups; k++) {
                sucref_group g;
                sucref_stop_group e;
                int status;
                sucref_model_group(&g, j->m, (unsigned)j->l.first_group + k);
                sucref_model_stop_group(&e, j->m, j->stop, (unsigned)j->l.first_group + k);
                status = sucref_i_sums_fit(&j->l, e.bits, j->planes, (y * j->places + x) * j->l.n_out + g.first_row,
                                           g.n_rows, sucref_i_sum_at(j, &g, y, x));
                if (status != SUCREF_OK) { return status; }
            }
        }
    }
    return SUCREF_OK;
}

/* u and z of a group's rows at a position, from `to` on; ordered: where they go in the answer. At 8 bits z does not
 * depend on the input, which out may lie over, then */
static void sucref_i_join_group(uint8_t *out, int32_t *logits, const sucref_i_joint *j, unsigned k, uint32_t y,
                                uint32_t x, int ordered)
{
    const uint32_t at = (y * j->places + x) * j->l.n_out;
    const int heads = sucref_i_has_heads(j->m, &j->l, j->layer);
    sucref_group g;
    sucref_stop_group e;
    sucref_stop t;
    uint32_t sum, r;
    sucref_model_stop(&t, j->m, j->stop);
    sucref_model_group(&g, j->m, (unsigned)j->l.first_group + k);
    sucref_model_stop_group(&e, j->m, j->stop, (unsigned)j->l.first_group + k);
    if (heads && k != t.head) { return; }
    sum = sucref_i_sum_at(j, &g, y, x);
    for (r = 0; r < g.n_rows; r++) {
        const uint32_t row = g.first_row + r,
                       to = at + (heads ? r : ordered ? sucref_i_place_in_answer(j->m, &j->l, row) : row);
        int32_t z = 0;
        if (e.bits != 0) {
            const uint32_t acc = sucref_i_joined(&j->l, e.bits, j->planes, at + row, sum);
            z = sucref_i_finish(j->m->bytes, sum, &j->l, &j->at, &e, &g, r, acc);
        }
        out[to] = e.bits != 0                ? sucref_i_activate(j->m, &j->l, &j->at, z, row)
                  : e.correction_offset != 0 ? SUCREF_READ_U8(j->m->bytes + e.correction_offset + r)
                                             : 0U; /* absent: not read */
        if (logits != NULL) { logits[to] = z; }
    }
}

static void sucref_i_join(uint8_t *out, int32_t *logits, const sucref_i_joint *j, int ordered)
{
    uint32_t y, x;
    unsigned k;
    for (y = 0; y < j->lines; y++) {
        for (x = 0; x < j->places; x++) {
            for (k = 0; k < j->l.n_groups; k++) { sucref_i_join_group(out, logits, j, k, y, x, ordered); }
        }
    }
}

SUCREF_API int sucref_layer_finish(uint8_t *out, int32_t *logits, const sucref_model *m, unsigned stop, unsigned layer,
                                   const sucref_layer_sums *sums)
{
    sucref_i_joint j;
    uint32_t r;
    int status;
    if (out == NULL || m == NULL || sums == NULL || sums->planes == NULL || sums->input == NULL) {
        return SUCREF_E_ARG;
    }
    if (layer >= m->n_layers || stop >= m->usable_stops) { return SUCREF_E_RANGE; }
    sucref_i_start_joint(&j, m, stop, layer);
    if (SUCREF_I_KIND(&j.l) != SUCREF_KIND_DENSE &&
        (SUCREF_I_KIND(&j.l) != SUCREF_KIND_CONV || stop + 1U != m->n_stops)) {
        return SUCREF_E_RANGE;
    }
    j.planes = sums->planes; j.input = sums->input;
    status = sucref_i_joint_fits(&j);
    if (status != SUCREF_OK) { return status; }
    for (r = 0; (j.l.flags & SUCREF_LAYER_ORDER) && r < j.l.n_out; r++) { out[r] = 0; } /* it may miss some */
    sucref_i_join(out, logits, &j, 1);
    if (layer + 1U == m->n_layers && m->softmax_multiplier != 0) {
        return sucref_softmax(out, out, m->n_out, m->softmax_multiplier, m->softmax_shift);
    }
    return SUCREF_OK;
}

/* is the layer at hand one that devices compute, and not begun? */
static int sucref_i_asks(sucref_share *ask, const sucref_net *s)
{
    sucref_layer l;
    sucref_tensor in, out;
    if (s->state != SUCREF_I_FRESH || s->group != 0 || s->stop != 0) { return 0; }
    sucref_model_layer(&l, s->model, s->layer);
    if (!SUCREF_I_LISTS(&l)) { return 0; }
    sucref_model_tensor(&in, s->model, l.from);
    sucref_model_tensor(&out, s->model, l.to);
    ask->input = l.from == 0 ? s->input : sucref_i_tensor_at(s, l.from);
    ask->flip = l.from == 0 && s->model->input_type == SUCREF_INPUT_S8 ? 0x80U : 0U;
    ask->n_in = sucref_i_tensor_bytes(&in);
    ask->positions = SUCREF_I_KIND(&l) == SUCREF_KIND_CONV ? out.height * (uint32_t)out.width : 1U;
    ask->rows = l.n_out; ask->layer = s->layer;
    return 1;
}

/* the layer at hand from its sums, as sucref_i_quantum leaves it; marks stay, as nothing of one stop is absent */
static int sucref_i_take_sums(sucref_net *s, const int32_t *const *planes)
{
    sucref_share ask;
    sucref_i_joint j;
    int status;
    if (!sucref_i_asks(&ask, s)) { return SUCREF_E_STATE; }
    sucref_i_start_joint(&j, s->model, 0, s->layer);
    j.planes = planes; j.input = ask.input; j.flip = ask.flip;
    status = sucref_i_joint_fits(&j);
    if (status != SUCREF_OK) { return status; }
    sucref_i_start_layer(s, &j.l);
    sucref_i_join(sucref_i_tensor_at(s, j.l.to),
                  s->layer == s->answer ? (int32_t *)(s->work + s->at_logits) : NULL, &j, 0);
    if (s->layer != s->answer) {
        s->layer = (uint16_t)(s->layer + 1U);
    } else if (s->model->softmax_multiplier != 0) {
        s->state = SUCREF_I_ANSWER;
    } else {
        sucref_i_answer_stop(s, &j.l);
    }
    return SUCREF_OK;
}

SUCREF_API int sucref_net_share(sucref_net *s, const int32_t *const *planes, uint32_t budget, sucref_share *ask)
{
    uint32_t begun;
    int status = SUCREF_OK;
    if (s == NULL || ask == NULL) { return SUCREF_E_ARG; }
    if (s->model->n_stops != 1) { return SUCREF_E_RANGE; }
    if (s->state == SUCREF_I_IDLE || s->input_bits < 8) { return SUCREF_E_STATE; }
    begun = s->spent;
    if (planes != NULL) { status = sucref_i_take_sums(s, planes); }
    while (status == SUCREF_OK) {
        if (sucref_i_asks(ask, s)) { return SUCREF_WAIT; }
        status = sucref_net_step(s, 1);
        if (status == SUCREF_MORE && s->spent - begun < budget) { status = SUCREF_OK; }
    }
    return status;
}

SUCREF_API unsigned sucref_layer_planes(const sucref_model *m, unsigned stop, unsigned layer)
{
    sucref_layer l;
    unsigned g, mask = 0;
    if (m == NULL || layer >= m->n_layers || stop >= m->n_stops) { return 0; }
    sucref_model_layer(&l, m, layer);
    for (g = 0; g < l.n_groups; g++) {
        sucref_stop_group e;
        sucref_model_stop_group(&e, m, stop, (unsigned)l.first_group + g);
        mask |= sucref_i_planes_read(&l, e.bits);
    }
    return mask;
}

/* ---- exchange: implementation ------------------------------------------------------------------------------------
 * Work: the piece's net | its input | own inputs | per stop own neurons of levels 1.. | imported values of all levels |
 * per stop logits | per kept job: purged | arrived, a byte for each link and stop | messages at their places. */
enum { SUCREF_I_X_HEADER = 36, SUCREF_I_X_LEVEL = 8, SUCREF_I_X_RECORD = 20 }; /* of a link and of a piece */
enum { SUCREF_I_X_IDLE = 0, SUCREF_I_X_ENTER, SUCREF_I_X_BETWEEN, SUCREF_I_X_RUNS }; /* states */
enum { SUCREF_I_X_AS_BEFORE = 0xFF, SUCREF_I_X_WITH_SUM = 0x80 };
#define SUCREF_I_X_NONE 0xFFFFU
#define SUCREF_I_NOTICES 0xFFFFU /* their layer */

typedef struct { uint16_t own, imported, first_piece; uint8_t pieces, sums; } sucref_i_level;
typedef struct {
    uint32_t list, stops;
    uint16_t values, from, neurons;
    uint8_t level, peer, imports, sums;
} sucref_i_link;
typedef struct { uint32_t place; uint16_t first, values, words; } sucref_i_sending; /* words 0: nothing */
typedef struct { uint32_t model, columns, rows, runs; uint16_t bound; uint8_t sum; } sucref_i_piece;

static const uint8_t *sucref_i_levels_at(const sucref_exchange_part *p)
{
    return p->bytes + SUCREF_I_X_HEADER + SUCREF_I_PAD4(p->n_stops);
}
static const uint8_t *sucref_i_links_at(const sucref_exchange_part *p)
{
    return sucref_i_levels_at(p) + SUCREF_I_X_LEVEL * ((uint32_t)p->n_layers + 1U);
}

static sucref_i_level sucref_i_level_of(const sucref_exchange_part *p, unsigned level)
{
    const uint8_t *at = sucref_i_levels_at(p) + (uint32_t)SUCREF_I_X_LEVEL * level;
    sucref_i_level l;
    l.own = sucref_i_u16(at); l.imported = sucref_i_u16(at + 2); l.first_piece = sucref_i_u16(at + 4);
    l.pieces = SUCREF_READ_U8(at + 6); l.sums = SUCREF_READ_U8(at + 7);
    return l;
}

static sucref_i_link sucref_i_link_of(const sucref_exchange_part *p, unsigned link)
{
    const uint8_t *at = sucref_i_links_at(p) + (uint32_t)SUCREF_I_X_RECORD * link;
    sucref_i_link k;
    k.level = SUCREF_READ_U8(at); k.peer = SUCREF_READ_U8(at + 1);
    k.imports = SUCREF_READ_U8(at + 2); k.sums = SUCREF_READ_U8(at + 3);
    k.values = sucref_i_u16(at + 4); k.from = sucref_i_u16(at + 6); k.neurons = sucref_i_u16(at + 8);
    k.list = sucref_i_u32(at + 12); k.stops = sucref_i_u32(at + 16);
    return k;
}

static sucref_i_sending sucref_i_sending_of(const sucref_exchange_part *p, const sucref_i_link *k, unsigned stop)
{
    const uint8_t *at = p->bytes + k->stops + 8U * stop;
    sucref_i_sending s;
    s.first = sucref_i_u16(at); s.values = sucref_i_u16(at + 2); s.place = sucref_i_u32(at + 4);
    s.words = 0;
    if (s.first != SUCREF_I_X_NONE) {
        const uint32_t words = k->sums + (k->level == p->n_layers ? s.values : SUCREF_I_WORDS((uint32_t)s.values));
        s.words = (uint16_t)(words > 0xFFFFU ? 0xFFFFU : words); /* more than 16383 do not open */
    }
    return s;
}

static sucref_i_piece sucref_i_piece_of(const sucref_exchange_part *p, unsigned piece)
{
    const uint8_t *at = sucref_i_links_at(p) + (uint32_t)SUCREF_I_X_RECORD * ((uint32_t)p->links + piece);
    sucref_i_piece q;
    q.model = sucref_i_u32(at); q.columns = sucref_i_u32(at + 4);
    q.rows = sucref_i_u32(at + 8); q.runs = sucref_i_u32(at + 12);
    q.bound = sucref_i_u16(at + 16); q.sum = SUCREF_READ_U8(at + 18);
    return q;
}

static unsigned sucref_i_stop_bits(const sucref_exchange_part *p, unsigned stop)
{
    return SUCREF_READ_U8(p->bytes + SUCREF_I_X_HEADER + stop);
}

/* are the n numbers at a place in the file, each below `below`, or 65535 where `nothing`? */
static int sucref_i_list_ok(const sucref_exchange_part *p, uint32_t at, uint32_t n, uint32_t below, int nothing)
{
    uint32_t i;
    if (at % 2U != 0 || at > p->file_bytes || n > (p->file_bytes - at) / 2U) { return 0; }
    for (i = 0; i < n; i++) {
        const uint16_t v = sucref_i_u16(p->bytes + at + 2U * i);
        if (v >= below && !(nothing && v == SUCREF_I_X_NONE)) { return 0; }
    }
    return 1;
}

static int sucref_i_open_link(sucref_exchange_part *p, unsigned link, unsigned *level, sucref_fault *f)
{
    const uint32_t at = (uint32_t)(sucref_i_links_at(p) - p->bytes) + (uint32_t)SUCREF_I_X_RECORD * link;
    const sucref_i_link k = sucref_i_link_of(p, link);
    const int node = p->device == p->devices;
    sucref_i_level l;
    unsigned t;
    if (k.level < *level || k.level > p->n_layers || k.peer > p->devices || k.peer == p->device || k.imports > 1 ||
        (k.imports ? k.peer == p->devices || node != (k.level == p->n_layers)
                   : (k.peer == p->devices) != (k.level == p->n_layers))) {
        return SUCREF_I_FAIL(f, "exchange: a link", at);
    }
    *level = k.level;
    l = sucref_i_level_of(p, k.level);
    if (k.sums > SUCREF_MAX_GROUPS || (k.level == p->n_layers && k.sums != 0) ||
        (k.imports && (k.sums != l.sums || (!node && (uint32_t)k.from + k.values > l.imported))) ||
        !sucref_i_list_ok(p, k.list, k.values, !k.imports ? l.own : node ? p->n_out : 0x10000U, 0) ||
        (!k.imports && !sucref_i_list_ok(p, k.list + 2U * k.values, k.sums, (uint32_t)l.own + 1U, 0)) ||
        k.stops % 4U != 0 || k.stops > p->file_bytes || 8U * p->n_stops > p->file_bytes - k.stops) {
        return SUCREF_I_FAIL(f, "exchange: what a link sends", at);
    }
    for (t = 0; t < p->n_stops; t++) {
        const sucref_i_sending s = sucref_i_sending_of(p, &k, t);
        if (s.first == SUCREF_I_X_NONE) { continue; }
        if ((uint32_t)s.first + s.values > k.values || s.words < 1 || s.words > 16383 ||
            (k.imports && s.place != p->kept)) {
            return SUCREF_I_FAIL(f, "exchange: a message", k.stops + 8U * t);
        }
        if (k.imports) { p->kept += s.words; }
        if (p->kept > SUCREF_I_PLACES) { return SUCREF_I_FAIL(f, "exchange: messages", at); }
    }
    return SUCREF_OK;
}

/* do all links that give a level's sums send them at a stop? */
static int sucref_i_sums_come(const sucref_exchange_part *p, unsigned level, unsigned stop)
{
    unsigned n;
    for (n = 0; n < p->links; n++) {
        const sucref_i_link k = sucref_i_link_of(p, n);
        if (k.level == level && k.imports && sucref_i_sending_of(p, &k, stop).words == 0) { return 0; }
    }
    return 1;
}

/* what a piece's model does at every stop */
static int sucref_i_runs_ok(const sucref_exchange_part *p, const sucref_i_piece *q, const sucref_model *m,
                            unsigned level, const sucref_i_level *l)
{
    sucref_stop_group raw, e;
    unsigned t;
    if (q->runs > p->file_bytes || p->n_stops > p->file_bytes - q->runs) { return 0; }
    for (t = 0; t < p->n_stops; t++) {
        const unsigned run = SUCREF_READ_U8(p->bytes + q->runs + t), stop = run & (SUCREF_I_X_WITH_SUM - 1U);
        if (run == SUCREF_I_X_AS_BEFORE) { continue; }
        if (stop + (run >= SUCREF_I_X_WITH_SUM ? 1U : 0U) >= m->n_stops) { return 0; }
        if (run < SUCREF_I_X_WITH_SUM) { continue; }
        sucref_model_stop_group(&raw, m, stop, 0);
        sucref_model_stop_group(&e, m, stop + 1U, 0);
        if (raw.bits == 0 || raw.bits != e.bits || q->bound > l->own || q->sum >= l->sums ||
            !sucref_i_sums_come(p, level, t)) {
            return 0;
        }
    }
    return 1;
}

static int sucref_i_open_piece(sucref_exchange_part *p, unsigned piece, unsigned level, sucref_fault *f)
{
    const sucref_i_level l = sucref_i_level_of(p, level), next = sucref_i_level_of(p, level + 1U);
    const sucref_i_piece q = sucref_i_piece_of(p, piece);
    sucref_model m;
    sucref_layer layer;
    size_t words;
    int status;
    if (q.model % 4U != 0 || q.model >= p->file_bytes) { return SUCREF_I_FAIL(f, "exchange: place of a piece", piece); }
    status = sucref_model_open(&m, p->bytes + q.model, (size_t)(p->file_bytes - q.model), f);
    if (status == SUCREF_OK) { status = sucref_model_check(&m, f); }
    if (status != SUCREF_OK) { return status; }
    sucref_model_layer(&layer, &m, 0);
    words = sucref_net_work_len(&m);
    if (m.n_layers != 1 || m.n_groups != 1 || m.usable_stops != m.n_stops || m.input_type != SUCREF_INPUT_U8 ||
        SUCREF_I_KIND(&layer) != SUCREF_KIND_DENSE || m.softmax_multiplier != 0 || words == 0 ||
        (layer.flags & (SUCREF_LAYER_ORDER | SUCREF_LAYER_INPUT_ORDER)) != 0) {
        return SUCREF_I_FAIL(f, "exchange: a piece", q.model);
    }
    if (!sucref_i_list_ok(p, q.columns, m.n_in, (uint32_t)l.own + l.imported, 1) ||
        !sucref_i_list_ok(p, q.rows, m.n_out, next.own, 0) || !sucref_i_runs_ok(p, &q, &m, level, &l)) {
        return SUCREF_I_FAIL(f, "exchange: what a piece reads or writes", piece);
    }
    if (words > p->piece_words) { p->piece_words = (uint32_t)words; }
    if (m.n_in > p->piece_columns) { p->piece_columns = m.n_in; }
    return SUCREF_OK;
}

static int sucref_i_open_exchange_header(sucref_exchange_part *p, uint32_t len, sucref_fault *f)
{
    const uint8_t *b = p->bytes;
    uint32_t tables;
    if (len < SUCREF_I_X_HEADER || sucref_i_u32(b) != 0x58435553U || sucref_i_u16(b + 4) != SUCREF_FORMAT) {
        return SUCREF_I_FAIL(f, "exchange: magic", 0);
    }
    p->device = SUCREF_READ_U8(b + 6); p->devices = SUCREF_READ_U8(b + 7);
    p->file_bytes = sucref_i_u32(b + 8);
    p->plan = SUCREF_READ_U8(b + 12); p->n_layers = SUCREF_READ_U8(b + 13); p->n_stops = SUCREF_READ_U8(b + 14);
    p->input_type = SUCREF_READ_U8(b + 15);
    p->links = sucref_i_u16(b + 16); p->pieces = sucref_i_u16(b + 18); p->n_out = sucref_i_u16(b + 20);
    p->unit.multiplier = sucref_i_s32(sucref_i_u32(b + 24));
    p->unit.exponent = (int8_t)sucref_i_s8(SUCREF_READ_U8(b + 28));
    if (p->file_bytes > len || p->n_layers - 1U >= SUCREF_MAX_LAYERS || p->n_stops - 1U >= SUCREF_I_MOST_STOPS ||
        p->input_type > SUCREF_INPUT_S8 || p->devices < 1 || p->devices > 254 || p->device > p->devices ||
        p->n_out < 1) {
        return SUCREF_I_FAIL(f, "exchange: header", 0);
    }
    tables = (uint32_t)(sucref_i_links_at(p) - b) + SUCREF_I_X_RECORD * ((uint32_t)p->links + p->pieces);
    if (p->file_bytes < tables) { return SUCREF_I_FAIL(f, "exchange: tables", tables); }
    if (~sucref_i_crc(sucref_i_crc(0xFFFFFFFFU, b, 32), b + SUCREF_I_X_HEADER, p->file_bytes - SUCREF_I_X_HEADER) !=
        sucref_i_u32(b + 32)) {
        return SUCREF_I_FAIL(f, "exchange: CRC", 32);
    }
    return SUCREF_OK;
}

/* a level's sums over all that a device can be told stay below 2^24 */
static int sucref_i_open_level(sucref_exchange_part *p, unsigned level, unsigned *piece, sucref_fault *f)
{
    const sucref_i_level l = sucref_i_level_of(p, level);
    uint32_t neurons = l.own;
    unsigned n;
    int status = SUCREF_OK;
    for (n = 0; n < p->links; n++) {
        const sucref_i_link k = sucref_i_link_of(p, n);
        if (k.level == level && k.imports) { neurons += k.neurons; }
    }
    if (l.first_piece != *piece || l.pieces > p->pieces - *piece || l.sums > SUCREF_MAX_GROUPS ||
        (l.sums > 0 && neurons > 65535U) ||
        (level == p->n_layers && (l.pieces != 0 || l.imported != 0 || l.sums != 0))) {
        return SUCREF_I_FAIL(f, "exchange: a level", level);
    }
    for (n = 0; status == SUCREF_OK && n < l.pieces; n++) { status = sucref_i_open_piece(p, (*piece)++, level, f); }
    if (level > 0) { p->stop_bytes += l.own; }
    p->imported += l.imported;
    return status;
}

SUCREF_API int sucref_exchange_open(sucref_exchange_part *p, const void *bytes, size_t bytes_len, sucref_fault *fault)
{
    sucref_exchange_part t;
    unsigned n, level = 0, piece = 0;
    uint32_t bits = SUCREF_I_STOPS ? 1U : 8U;
    int status;
    if (p == NULL || bytes == NULL || (uintptr_t)bytes % SUCREF_I_ALIGN != 0) { return SUCREF_E_ARG; }
    t.bytes = (const uint8_t *)bytes;
    t.n_in = t.piece_words = t.piece_columns = t.stop_bytes = t.imported = t.kept = 0;
    status = sucref_i_open_exchange_header(&t, sucref_i_bytes32(bytes_len), fault);
    for (n = 0; status == SUCREF_OK && n < t.n_stops; n++) {
        const uint32_t now = sucref_i_stop_bits(&t, n);
        if (now < bits || now > 8) { status = SUCREF_I_FAIL(fault, "exchange: input bits", SUCREF_I_X_HEADER + n); }
        bits = now;
    }
    for (n = 0; status == SUCREF_OK && n < t.links; n++) { status = sucref_i_open_link(&t, n, &level, fault); }
    for (n = 0; status == SUCREF_OK && n <= t.n_layers; n++) { status = sucref_i_open_level(&t, n, &piece, fault); }
    if (status == SUCREF_OK && piece != t.pieces) { status = SUCREF_I_FAIL(fault, "exchange: pieces", piece); }
    if (status != SUCREF_OK) { return status; }
    t.n_in = sucref_i_level_of(&t, 0).own;
    *p = t;
    return SUCREF_OK;
}

/* ---- the work buffer, in words ---- */
typedef struct { uint32_t input, own, stops, imported, logits, jobs, job, end; } sucref_i_exchange_places;

static uint32_t sucref_i_answer_len(const sucref_exchange_part *p)
{
    return p->device == p->devices ? p->n_out : sucref_i_level_of(p, p->n_layers).own;
}

/* none overflows: 128 layers of 65,535 neurons at 32 stops, and 64 jobs of less than 2^25 words */
static sucref_i_exchange_places sucref_i_exchange_places_of(const sucref_exchange_part *p, unsigned ahead)
{
    sucref_i_exchange_places at;
    at.input = p->piece_words;
    at.own = at.input + SUCREF_I_WORDS(p->piece_columns);
    at.stops = at.own + SUCREF_I_WORDS(p->n_in);
    at.imported = at.stops + p->n_stops * SUCREF_I_WORDS(p->stop_bytes);
    at.logits = at.imported + SUCREF_I_WORDS(p->imported);
    at.jobs = at.logits + p->n_stops * sucref_i_answer_len(p);
    at.job = 1U + SUCREF_I_WORDS((uint32_t)p->links * p->n_stops) + p->kept;
    at.end = at.jobs + ahead * at.job;
    return at;
}

SUCREF_API size_t sucref_exchange_work_len(const sucref_exchange_part *p, unsigned ahead)
{
    uint32_t words;
    if (p == NULL || ahead - 1U >= 64U || (ahead & (ahead - 1U)) != 0) { return 0; }
    words = sucref_i_exchange_places_of(p, ahead).end;
    return words == (uint32_t)(size_t)words ? (size_t)words : 0;
}

SUCREF_API int sucref_exchange_init(sucref_exchange *e, const sucref_exchange_part *p, uint32_t *work, size_t work_len,
                                    unsigned ahead, uint32_t job)
{
    size_t len, i;
    if (e == NULL || p == NULL || work == NULL) { return SUCREF_E_ARG; }
    len = sucref_exchange_work_len(p, ahead);
    if (len == 0) { return SUCREF_E_RANGE; }
    if (work_len < len) { return SUCREF_E_SPACE; }
    for (i = 0; i < len; i++) { work[i] = 0; }
    e->part = p; e->work = work;
    e->job = job; e->sent = e->spent = e->bad = e->foreign = e->repeated = 0;
    e->plan = p->plan; e->plan_job = job;
    e->ahead = (uint8_t)ahead;
    e->z = NULL;
    e->piece = 0; e->state = SUCREF_I_X_IDLE; e->stop = e->layer = 0;
    return SUCREF_OK;
}

/* a level's own neurons at a stop, or its imported values */
static uint8_t *sucref_i_own(const sucref_exchange *e, unsigned stop, unsigned level)
{
    const sucref_i_exchange_places at = sucref_i_exchange_places_of(e->part, e->ahead);
    uint8_t *p;
    unsigned n;
    if (level == 0) { return (uint8_t *)(e->work + at.own); }
    p = (uint8_t *)(e->work + at.stops + stop * SUCREF_I_WORDS(e->part->stop_bytes));
    for (n = 1; n < level; n++) { p += sucref_i_level_of(e->part, n).own; }
    return p;
}

static uint8_t *sucref_i_imported(const sucref_exchange *e, unsigned level)
{
    uint8_t *p = (uint8_t *)(e->work + sucref_i_exchange_places_of(e->part, e->ahead).imported);
    unsigned n;
    for (n = 0; n < level; n++) { p += sucref_i_level_of(e->part, n).imported; }
    return p;
}

static int32_t *sucref_i_logits(const sucref_exchange *e, unsigned stop)
{
    return (int32_t *)(e->work + sucref_i_exchange_places_of(e->part, e->ahead).logits +
                       stop * sucref_i_answer_len(e->part));
}

/* what is kept of a job: word 0 is 1 once it is purged */
static uint32_t *sucref_i_kept_job(const sucref_exchange *e, uint32_t job)
{
    const sucref_i_exchange_places at = sucref_i_exchange_places_of(e->part, e->ahead);
    return e->work + at.jobs + (job & (e->ahead - 1U)) * at.job;
}
static uint8_t *sucref_i_arrived(const sucref_exchange *e, uint32_t *kept, unsigned link, unsigned stop)
{
    return (uint8_t *)(kept + 1) + (uint32_t)link * e->part->n_stops + stop;
}
static uint32_t *sucref_i_message_at(const sucref_exchange *e, uint32_t *kept, const sucref_i_sending *s)
{
    return kept + 1U + SUCREF_I_WORDS((uint32_t)e->part->links * e->part->n_stops) + s->place;
}

/* byte i of words, the first byte lowest */
static uint8_t sucref_i_byte_of(const uint32_t *words, uint32_t i) { return (uint8_t)(words[i / 4U] >> 8U * (i % 4U)); }

/* of the first n own neurons, as METHOD 2 reads them */
static uint32_t sucref_i_own_sum(const sucref_exchange *e, unsigned stop, unsigned level, uint32_t n)
{
    const uint8_t *u = sucref_i_own(e, stop, level);
    const unsigned missing = level == 0 ? 8U - sucref_i_stop_bits(e->part, stop) : 0U;
    uint32_t i, sum = 0;
    for (i = 0; i < n; i++) { sum += sucref_i_cut(u[i], missing); }
    return sum;
}

/* ---- messages ---- */
SUCREF_API int sucref_exchange_wants(const sucref_exchange *e, unsigned n, sucref_exchange_want *want)
{
    unsigned i;
    if (e == NULL || want == NULL) { return SUCREF_E_ARG; }
    for (i = 0; e->state == SUCREF_I_X_ENTER && e->stop < e->part->n_stops && i < e->part->links; i++) {
        const sucref_i_link k = sucref_i_link_of(e->part, i);
        const sucref_i_sending s = sucref_i_sending_of(e->part, &k, e->stop);
        if (k.level != e->layer || !k.imports || s.words == 0 ||
            *sucref_i_arrived(e, sucref_i_kept_job(e, e->job), i, e->stop) || n-- > 0) {
            continue;
        }
        want->job = e->job;
        want->names = k.list + 2U * s.first; want->count = s.values;
        want->from = k.peer; want->level = k.level; want->stop = e->stop;
        want->again = (uint32_t)k.peer << 16 | (uint32_t)k.level << 8 | e->stop;
        return SUCREF_OK;
    }
    return SUCREF_E_STATE;
}

static int sucref_i_ready(const sucref_exchange *e)
{
    sucref_exchange_want want;
    return sucref_exchange_wants(e, 0, &want) != SUCREF_OK;
}

/* forgets jobs from..from + n - 1 that are kept, for good or for others to come */
static void sucref_i_forget(sucref_exchange *e, uint32_t from, uint32_t n, int purged)
{
    const uint32_t words = sucref_i_exchange_places_of(e->part, e->ahead).job;
    uint32_t i, k;
    for (i = 0; i < e->ahead; i++) {
        uint32_t *kept = sucref_i_kept_job(e, e->job + i);
        if (e->job + i - from >= n) { continue; } /* wraps before it */
        for (k = 0; k < words; k++) { kept[k] = 0; }
        kept[0] = purged ? 1U : 0U;
        if (i == 0 && purged) { e->state = SUCREF_I_X_IDLE; }
    }
}

/* to the message that a notice asks for, where it has been sent */
static void sucref_i_send_again(sucref_exchange *e, const sucref_shard *s, uint32_t value)
{
    unsigned n;
    for (n = 0; n < e->part->links; n++) {
        const sucref_i_link k = sucref_i_link_of(e->part, n);
        const uint32_t which = (value & 255U) * e->part->links + n;
        if (!k.imports && k.peer == s->shard && k.level == (value >> 8 & 255U) && which < e->sent) { e->sent = which; }
    }
}

static int sucref_i_take_notice(sucref_exchange *e, const sucref_shard *s)
{
    const uint32_t value = sucref_i_get_le(s->outputs);
    const unsigned had = e->state;
    if (s->count != 1 || s->plane < SUCREF_NOTICE_AGAIN) { e->bad++; return SUCREF_E_DATA; }
    if (s->plane == SUCREF_NOTICE_PURGE) {
        sucref_i_forget(e, s->job, value, 1);
    } else if (s->plane == SUCREF_NOTICE_PLAN) {
        if (value > 255) { e->bad++; return SUCREF_E_DATA; }
        e->plan = (uint8_t)value; e->plan_job = s->job;
        if (e->plan != e->part->plan) { sucref_i_forget(e, s->job, 0x80000000U, 1); }
    } else if (value >> 16 == e->part->device && s->job == e->job && e->state != SUCREF_I_X_IDLE) {
        sucref_i_send_again(e, s, value);
    } else {
        e->foreign++;
        return SUCREF_E_STATE;
    }
    return had != SUCREF_I_X_IDLE && e->state == SUCREF_I_X_IDLE ? SUCREF_DONE : SUCREF_MORE;
}

/* a message that can have come over a link, into its place */
static int sucref_i_keep(sucref_exchange *e, const sucref_shard *s, unsigned link, const sucref_i_link *k)
{
    const sucref_i_sending way = sucref_i_sending_of(e->part, k, s->plane);
    uint32_t *kept = sucref_i_kept_job(e, s->job), *to = sucref_i_message_at(e, kept, &way), other = 0, i;
    uint8_t *arrived = sucref_i_arrived(e, kept, link, s->plane);
    int had_to_wait;
    if (way.words == 0 || s->count != way.words) { e->bad++; return SUCREF_E_DATA; }
    for (i = 0; i < s->count; i++) {
        const uint32_t v = sucref_i_get_le(s->outputs + 4U * i);
        if (i < k->sums && v > 255U * (uint32_t)k->neurons) { e->bad++; return SUCREF_E_DATA; }
        other |= v ^ to[i];
    }
    if (*arrived) {
        if (other != 0) { e->bad++; return SUCREF_E_DATA; }
        e->repeated++;
        return SUCREF_E_STATE;
    }
    had_to_wait = s->job == e->job && !sucref_i_ready(e);
    for (i = 0; i < s->count; i++) { to[i] = sucref_i_get_le(s->outputs + 4U * i); }
    *arrived = 1;
    return had_to_wait && sucref_i_ready(e) ? SUCREF_STOP : SUCREF_MORE;
}

SUCREF_API int sucref_exchange_take(sucref_exchange *e, const uint8_t *message, size_t len)
{
    sucref_shard s;
    unsigned n;
    if (e == NULL || message == NULL) { return SUCREF_E_ARG; }
    if (sucref_shard_open(&s, message, len) != SUCREF_OK) { e->bad++; return SUCREF_E_DATA; }
    if (s.layer == SUCREF_I_NOTICES) { return sucref_i_take_notice(e, &s); }
    if (s.layer >> 8 == e->part->plan && (uint8_t)s.unit.exponent == e->part->device && s.unit.multiplier == 0 &&
        s.plane < e->part->n_stops && s.job - e->job < e->ahead && sucref_i_kept_job(e, s.job)[0] == 0) {
        for (n = 0; n < e->part->links; n++) {
            const sucref_i_link k = sucref_i_link_of(e->part, n);
            if (k.imports && k.peer == s.shard && k.level == (s.layer & 255U)) { return sucref_i_keep(e, &s, n, &k); }
        }
    }
    e->foreign++;
    return SUCREF_E_STATE;
}

/* one output of a message: a sum, a logit or four bytes */
static uint32_t sucref_i_sent_word(const sucref_exchange *e, const sucref_i_link *k, const sucref_i_sending *s,
                                   unsigned stop, uint32_t i)
{
    const uint8_t *list = e->part->bytes + k->list, *own = sucref_i_own(e, stop, k->level);
    uint32_t n, word = 0;
    if (i < k->sums) {
        return sucref_i_own_sum(e, stop, k->level, sucref_i_u16(list + 2U * ((uint32_t)k->values + i)));
    }
    i -= k->sums;
    list += 2U * s->first;
    if (k->level == e->part->n_layers) { return (uint32_t)sucref_i_logits(e, stop)[sucref_i_u16(list + 2U * i)]; }
    for (n = 0; n < 4 && 4U * i + n < s->values; n++) {
        word |= (uint32_t)own[sucref_i_u16(list + 2U * (4U * i + n))] << 8U * n;
    }
    return word;
}

SUCREF_API int sucref_exchange_send(sucref_exchange *e, uint8_t *message, size_t room, size_t *len, unsigned *to)
{
    if (e == NULL || message == NULL || len == NULL || to == NULL) { return SUCREF_E_ARG; }
    for (; e->state != SUCREF_I_X_IDLE && e->sent < (uint32_t)e->part->links * e->part->n_stops; e->sent++) {
        const unsigned stop = (unsigned)(e->sent / e->part->links);
        const sucref_i_link k = sucref_i_link_of(e->part, (unsigned)(e->sent % e->part->links));
        const sucref_i_sending s = sucref_i_sending_of(e->part, &k, stop);
        sucref_shard head;
        uint32_t i;
        if (stop > e->stop || (stop == e->stop && k.level > e->layer)) { return SUCREF_E_STATE; }
        if (k.imports || s.words == 0) { continue; }
        *len = SUCREF_SHARD_OVERHEAD + 4U * (size_t)s.words;
        if (room < *len) { return SUCREF_E_SPACE; }
        head.job = e->job; head.count = s.words; head.plane = (uint8_t)stop; head.shard = e->part->device;
        head.layer = (uint16_t)(k.level | (unsigned)e->part->plan << 8);
        head.unit.multiplier = 0; head.unit.exponent = (int8_t)sucref_i_s8(k.peer);
        sucref_i_shard_head(message, &head);
        for (i = 0; i < s.words; i++) {
            sucref_i_put_le(message + 16U + 4U * i, sucref_i_sent_word(e, &k, &s, stop, i), 4);
        }
        sucref_i_put_le(message + *len - 4, sucref_i_crc_ram(message, *len - 4U), 4);
        *to = k.peer;
        e->sent++;
        return SUCREF_OK;
    }
    return SUCREF_E_STATE;
}

SUCREF_API int sucref_notice_pack(uint8_t *message, size_t room, unsigned kind, unsigned from, uint32_t job,
                                  uint32_t value)
{
    const int32_t y = sucref_i_s32(value);
    sucref_shard s;
    size_t len;
    if (message == NULL) { return SUCREF_E_ARG; }
    if (kind - SUCREF_NOTICE_AGAIN > 2U || from > 255) { return SUCREF_E_RANGE; }
    s.job = job; s.layer = SUCREF_I_NOTICES; s.count = 1;
    s.plane = (uint8_t)kind; s.shard = (uint8_t)from;
    s.unit.multiplier = 0; s.unit.exponent = 0;
    return sucref_shard_pack(message, room, &len, &s, &y);
}

/* ---- work ---- */
SUCREF_API int sucref_exchange_begin(sucref_exchange *e, uint32_t job, const void *x, size_t x_len)
{
    const sucref_exchange_part *p;
    const uint8_t *in = (const uint8_t *)x;
    sucref_i_exchange_places at;
    uint8_t *own;
    uint32_t i;
    if (e == NULL || (x == NULL && x_len > 0)) { return SUCREF_E_ARG; }
    p = e->part;
    if (x_len != p->n_in || job - e->job > 0x7FFFFFFFU) { return SUCREF_E_RANGE; }
    if ((e->plan != p->plan && job - e->plan_job <= 0x7FFFFFFFU) ||
        (job - e->job < e->ahead && sucref_i_kept_job(e, job)[0] != 0)) {
        return SUCREF_E_STATE;
    }
    sucref_i_forget(e, e->job, job - e->job, 0);
    at = sucref_i_exchange_places_of(p, e->ahead);
    for (i = at.stops; i < at.jobs; i++) { e->work[i] = 0; }
    own = sucref_i_own(e, 0, 0);
    for (i = 0; i < p->n_in; i++) { own[i] = (uint8_t)(p->input_type == SUCREF_INPUT_S8 ? in[i] ^ 0x80U : in[i]); }
    e->job = job;
    e->sent = e->spent = 0;
    e->piece = 0; e->stop = e->layer = 0;
    e->state = SUCREF_I_X_ENTER;
    return SUCREF_OK;
}

/* what has come for the layer at hand, and at node `devices` for the answer; own neurons are as before, so far */
static void sucref_i_enter(sucref_exchange *e)
{
    const sucref_exchange_part *p = e->part;
    uint32_t *kept = sucref_i_kept_job(e, e->job), i;
    uint8_t *imported = sucref_i_imported(e, e->layer);
    int32_t *logits = sucref_i_logits(e, e->stop);
    unsigned n;
    if (e->stop > 0 && e->layer < p->n_layers) {
        const uint8_t *from = sucref_i_own(e, e->stop - 1U, e->layer + 1U);
        uint8_t *to = sucref_i_own(e, e->stop, e->layer + 1U);
        const uint32_t own = sucref_i_level_of(p, e->layer + 1U).own;
        for (i = 0; i < own; i++) { to[i] = from[i]; }
    }
    if (e->stop > 0 && e->layer == (p->device == p->devices ? p->n_layers : p->n_layers - 1U)) {
        const int32_t *from = sucref_i_logits(e, e->stop - 1U);
        for (i = 0; i < sucref_i_answer_len(p); i++) { logits[i] = from[i]; }
    }
    for (n = 0; n < p->links; n++) {
        const sucref_i_link k = sucref_i_link_of(p, n);
        const sucref_i_sending s = sucref_i_sending_of(p, &k, e->stop);
        const uint32_t *from = sucref_i_message_at(e, kept, &s) + k.sums;
        if (k.level != e->layer || !k.imports || s.words == 0) { continue; }
        for (i = 0; i < s.values; i++) {
            if (k.level == p->n_layers) {
                logits[sucref_i_u16(p->bytes + k.list + 2U * (s.first + i))] = sucref_i_s32(from[i]);
            } else {
                imported[k.from + s.first + i] = sucref_i_byte_of(from, i);
            }
        }
    }
}

static unsigned sucref_i_run_of(const sucref_exchange *e)
{
    return SUCREF_READ_U8(e->part->bytes + sucref_i_piece_of(e->part, e->piece).runs + e->stop);
}

/* the piece at hand, from its input on */
static void sucref_i_start_piece(sucref_exchange *e)
{
    const sucref_i_piece q = sucref_i_piece_of(e->part, e->piece);
    const uint16_t n_own = sucref_i_level_of(e->part, e->layer).own;
    const uint8_t *own = sucref_i_own(e, e->stop, e->layer), *imported = sucref_i_imported(e, e->layer);
    const sucref_i_exchange_places at = sucref_i_exchange_places_of(e->part, e->ahead);
    uint8_t *in = (uint8_t *)(e->work + at.input);
    uint32_t c;
    e->model.bytes = e->part->bytes + q.model;
    e->model.bytes_len = e->part->file_bytes - q.model;
    (void)sucref_i_open_header(&e->model, NULL); /* it did before */
    e->model.usable_stops = e->model.n_stops;
    for (c = 0; c < e->model.n_in; c++) {
        const uint16_t from = sucref_i_u16(e->part->bytes + q.columns + 2U * c);
        in[c] = from == SUCREF_I_X_NONE ? 0U : from < n_own ? own[from] : imported[from - n_own];
    }
    (void)sucref_net_init(&e->net, &e->model, e->work, (size_t)at.input);
    (void)sucref_net_set_input(&e->net, in, (size_t)e->model.n_in);
    (void)sucref_net_start_at(&e->net, sucref_i_run_of(e) & (SUCREF_I_X_WITH_SUM - 1U));
    e->state = SUCREF_I_X_RUNS;
}

/* S of the piece at hand, from all devices' sums: < 2^24 */
static uint32_t sucref_i_whole_sum(const sucref_exchange *e, const sucref_i_piece *q)
{
    uint32_t sum = sucref_i_own_sum(e, e->stop, e->layer, q->bound), *kept = sucref_i_kept_job(e, e->job);
    unsigned n;
    for (n = 0; n < e->part->links; n++) {
        const sucref_i_link k = sucref_i_link_of(e->part, n);
        const sucref_i_sending s = sucref_i_sending_of(e->part, &k, e->stop);
        if (k.level == e->layer && k.imports && s.words != 0) { sum += sucref_i_message_at(e, kept, &s)[q->sum]; }
    }
    return sum;
}

/* the piece's rows; where S is needed z is a row's sum alone, and METHOD 2 and 3 follow here, as the next stop says */
static void sucref_i_finish_piece(sucref_exchange *e)
{
    const sucref_i_piece q = sucref_i_piece_of(e->part, e->piece);
    const sucref_model *m = &e->model;
    const int with_sum = sucref_i_run_of(e) >= SUCREF_I_X_WITH_SUM, last = e->layer + 1U == e->part->n_layers;
    const uint32_t sum = with_sum ? sucref_i_whole_sum(e, &q) : 0;
    uint8_t *to = sucref_i_own(e, e->stop, e->layer + 1U);
    int32_t *logits = sucref_i_logits(e, e->stop), *sums = e->z;
    sucref_i_params at;
    sucref_layer l;
    sucref_group g;
    sucref_stop_group entry;
    sucref_answer a;
    uint32_t r;
    for (r = 1; sums != NULL && r <= e->layer; r++) { sums += sucref_i_level_of(e->part, (unsigned)r).own; }
    if (sucref_net_answer(&e->net, &a) != SUCREF_OK) { return; } /* it has stopped, so there is one */
    sucref_model_layer(&l, m, 0);
    sucref_model_group(&g, m, 0);
    sucref_model_stop_group(&entry, m, a.stop + (with_sum ? 1U : 0U), 0);
    at = sucref_i_params_of(&l);
    for (r = 0; r < m->n_out; r++) {
        const uint16_t place = sucref_i_u16(e->part->bytes + q.rows + 2U * r);
        int32_t z = a.logits[r];
        if (with_sum) {
            const int own = sucref_i_own_bytes(&l, entry.bits);
            const uint32_t acc = own ? (uint32_t)z : ((uint32_t)z + (sum << 7)) >> (8U - entry.bits);
            z = sucref_i_finish(m->bytes, sum, &l, &at, &entry, &g, r, acc);
        }
        to[place] = with_sum ? sucref_i_activate(m, &l, &at, z, r) : a.out[r];
        if (last) { logits[place] = z; }
        if (sums != NULL) { sums[place] = z; }
    }
}

/* to the next layer, or to the next stop's first one; 1 when a stop is reached */
static int sucref_i_next_layer(sucref_exchange *e)
{
    e->state = SUCREF_I_X_ENTER;
    if (e->layer < e->part->n_layers) { e->layer++; return 0; }
    e->layer = 0;
    e->stop++;
    return 1;
}

SUCREF_API int sucref_exchange_step(sucref_exchange *e, uint32_t budget)
{
    uint32_t begun;
    if (e == NULL) { return SUCREF_E_ARG; }
    if (e->state == SUCREF_I_X_IDLE) { return SUCREF_E_STATE; }
    if (e->stop == e->part->n_stops) { return SUCREF_DONE; }
    begun = e->spent;
    for (;;) {
        const sucref_i_level l = sucref_i_level_of(e->part, e->layer);
        if (e->state == SUCREF_I_X_ENTER) {
            if (!sucref_i_ready(e)) { return SUCREF_WAIT; }
            sucref_i_enter(e);
            e->piece = l.first_piece; e->state = SUCREF_I_X_BETWEEN;
        }
        if (e->state == SUCREF_I_X_RUNS) {
            const uint32_t had = e->net.spent, done = e->spent - begun;
            const int status = sucref_net_step(&e->net, done < budget ? budget - done : 0);
            e->spent += e->net.spent - had;
            if (status != SUCREF_MORE) { sucref_i_finish_piece(e); e->piece++; e->state = SUCREF_I_X_BETWEEN; }
        } else if (e->piece == (unsigned)l.first_piece + l.pieces) {
            if (sucref_i_next_layer(e)) { return e->stop == e->part->n_stops ? SUCREF_DONE : SUCREF_STOP; }
        } else if (sucref_i_run_of(e) == SUCREF_I_X_AS_BEFORE) {
            e->piece++;
        } else {
            sucref_i_start_piece(e);
        }
        if (e->spent - begun >= budget) { return SUCREF_MORE; }
    }
}

SUCREF_API int sucref_exchange_give(sucref_exchange *e, const uint8_t *u, const int32_t *z, size_t n)
{
    int last;
    size_t i;
    if (e == NULL || u == NULL) { return SUCREF_E_ARG; }
    if (e->state == SUCREF_I_X_IDLE || e->stop == e->part->n_stops || e->layer == e->part->n_layers) {
        return SUCREF_E_STATE;
    }
    last = e->layer + 1U == e->part->n_layers;
    if (last && z == NULL) { return SUCREF_E_ARG; }
    if (n != sucref_i_level_of(e->part, e->layer + 1U).own) { return SUCREF_E_RANGE; }
    for (i = 0; i < n; i++) { sucref_i_own(e, e->stop, e->layer + 1U)[i] = u[i]; }
    for (i = 0; last && i < n; i++) { sucref_i_logits(e, e->stop)[i] = z[i]; }
    (void)sucref_i_next_layer(e);
    return SUCREF_OK;
}

SUCREF_API int sucref_exchange_answer(const sucref_exchange *e, sucref_answer *a)
{
    if (e == NULL || a == NULL) { return SUCREF_E_ARG; }
    if (e->stop == 0 || e->state == SUCREF_I_X_IDLE) { return SUCREF_E_STATE; }
    a->stop = (uint8_t)(e->stop - 1U); a->spent = e->spent;
    a->n_out = sucref_i_answer_len(e->part);
    a->logits = sucref_i_logits(e, a->stop);
    a->out = e->part->device == e->part->devices ? NULL : sucref_i_own(e, a->stop, e->part->n_layers);
    return SUCREF_OK;
}
#endif /* SUCREF_NO_PARITY */

#ifdef SUCREF_HOST
/* ---- writer: implementation (host only) --------------------------------------------------------------------------
 * The writer runs twice: once with no buffer to check the spec and to find the offsets, once to write. A part's weights
 * are made while they are written. */

typedef struct {              /* the combinations that a parity part holds in place of weights */
    const sucref_layer_spec *layer;
    const sucref_parts *parts;
    unsigned parity;
    uint32_t group_rows[SUCREF_MAX_PLANES]; /* rows, or 2 rows where a combination is wider than int8 */
} sucref_i_parity;

typedef struct {
    const sucref_model_spec *spec;
    const sucref_i_parity *parity;
    int plain;
    uint8_t *p;               /* NULL: checks and counts only */
    const char *bad;          /* the first thing that is wrong, or NULL */
    uint32_t where;
    sucref_model m;           /* only its counts, which say where the tables are */
    uint32_t at, row, n_rows; /* where the next section goes; rows of the group */
    unsigned stop, layer, group, flat; /* flat: of all layers' groups */
    sucref_tensor tensors[SUCREF_MAX_TENSORS];
    uint8_t written[SUCREF_MAX_LAYERS * SUCREF_MAX_GROUPS];    /* of each group the planes that are, as a mask */
    uint32_t constants[SUCREF_MAX_LAYERS * SUCREF_MAX_GROUPS]; /* where its latest constants are, or 0 */
    uint8_t constants_of[SUCREF_MAX_LAYERS * SUCREF_MAX_GROUPS]; /* of which stop they are */
} sucref_i_writer;

static void sucref_i_put(const sucref_i_writer *o, uint32_t at, uint32_t v, unsigned bytes)
{
    for (; o->p != NULL && bytes > 0; bytes--, v >>= 8) { o->p[at++] = (uint8_t)v; }
}

/* n elements of 1, 2 or 4 bytes; NULL: the zeros that are there */
static void sucref_i_put_all(const sucref_i_writer *o, uint32_t at, const void *from, uint32_t n, unsigned bytes)
{
    uint32_t i;
    for (i = 0; o->p != NULL && from != NULL && i < n; i++) {
        sucref_i_put(o, at + i * bytes, bytes == 4   ? ((const uint32_t *)from)[i]
                                        : bytes == 2 ? ((const uint16_t *)from)[i]
                                                     : ((const uint8_t *)from)[i], bytes);
    }
}

/* the frame of a section of len bytes, but for its CRC; returns where its payload starts, and says so in a table */
static uint32_t sucref_i_section(sucref_i_writer *o, uint32_t table, unsigned type, unsigned layer, unsigned index,
                                 uint32_t len)
{
    const uint32_t at = o->at;
    sucref_i_put(o, table, at + SUCREF_I_FRAME, 4);
    sucref_i_put(o, at + SUCREF_I_F_TYPE, type, 2);
    sucref_i_put(o, at + SUCREF_I_F_FLAGS, type <= SUCREF_I_T_PLANE, 1);
    sucref_i_put(o, at + SUCREF_I_F_STOP, o->stop, 1);
    sucref_i_put(o, at + SUCREF_I_F_LAYER, layer, 2);
    sucref_i_put(o, at + SUCREF_I_F_INDEX, index, 2);
    sucref_i_put(o, at + SUCREF_I_F_LEN, len, 4);
    if (SUCREF_I_FRAME + len > 0xFFFFFF00U - at) { o->bad = "spec: past 2^32 bytes"; o->where = at; len = 0; }
    o->at += SUCREF_I_FRAME + len;
    return at + SUCREF_I_FRAME;
}

static unsigned sucref_i_kind_of(const sucref_model_spec *spec, const sucref_layer_spec *s)
{
    return spec->tensors != NULL ? s->kind : (unsigned)SUCREF_KIND_DENSE;
}

static unsigned sucref_i_spec_groups(const sucref_model_spec *spec, const sucref_layer_spec *s)
{
    return sucref_i_kind_of(spec, s) > SUCREF_KIND_DEPTHWISE ? 0U : s->group_rows != NULL ? s->n_groups : 1U;
}

static uint32_t sucref_i_spec_rows(const sucref_layer_spec *s, unsigned group)
{
    return s->group_rows != NULL ? s->group_rows[group] : s->n_out;
}

static uint32_t sucref_i_spec_columns(const sucref_layer_spec *s, unsigned group)
{
    return s->group_columns != NULL ? s->group_columns[group] : s->n_in;
}

/* the part of layer n's record that the spec gives; without a table of tensors each reads what the one before wrote */
static sucref_layer sucref_i_layer_of(const sucref_model_spec *spec, unsigned n)
{
    static const uint8_t none[SUCREF_I_K_BYTES] = { 0 };
    const sucref_layer_spec *s = &spec->layers[n];
    const uint8_t *kind = spec->tensors != NULL ? (const uint8_t *)s + offsetof(sucref_layer_spec, kind) : none;
    sucref_layer l;
    size_t i;
    for (i = 0; i < sizeof l; i++) { ((uint8_t *)&l)[i] = 0; }
    l.n_in = s->n_in; l.n_out = s->n_out;
    l.params_offset = 0; l.first_group = 0;
    l.n_groups = (uint16_t)sucref_i_spec_groups(spec, s);
    l.slope = s->slope;
    sucref_i_layer_bytes((uint8_t *)&l + offsetof(sucref_layer, plan),
                         (const uint8_t *)s + offsetof(sucref_layer_spec, plan), SUCREF_I_L_BYTES);
    sucref_i_layer_bytes((uint8_t *)&l + offsetof(sucref_layer, kind), kind, SUCREF_I_K_BYTES);
    if (spec->tensors == NULL) {
        l.from = (uint8_t)n; l.to = (uint8_t)(n + 1U);
    } else if (l.from < spec->n_tensors) {
        l.in_zero = spec->tensors[l.from].zero;
    }
    return l;
}

/* in a layer's weights the column that is column `col` of a group */
static uint32_t sucref_i_spec_column(const sucref_layer *l, const sucref_layer_spec *s, unsigned group, uint32_t col)
{
    const uint32_t taps = SUCREF_I_KIND(l) == SUCREF_KIND_CONV ? sucref_i_taps(l) : 1U,
                   channels = sucref_i_spec_columns(s, group) / taps;
    return col / channels * (l->n_in / taps) + col % channels;
}

static unsigned sucref_i_spec_shift(const sucref_layer_spec *s, uint32_t row)
{
    if (s->row_shift != NULL) { return s->row_shift[row]; }
    return s->plan[0] == 8 ? 0 : sucref_i_row_shift(s->w + (size_t)row * s->n_in, s->n_in);
}

/* bits of a weight below plane t */
static unsigned sucref_i_bits_below(const sucref_layer_spec *s, unsigned t)
{
    unsigned i, below = 8;
    if (s->plan[t] == 8) { return 0; } /* also of two separate planes the second */
    for (i = 0; i <= t; i++) { below -= s->plan[i]; }
    return below;
}

/* ---- parts: digits of planes and their combinations ---- */
#ifndef SUCREF_NO_PARITY
/* digit of plane t of one weight; the first plane's is signed, a whole weight is itself */
static int32_t sucref_i_part_digit(const sucref_layer_spec *s, uint32_t row, uint32_t col, unsigned t)
{
    const int32_t w = s->w[(size_t)row * s->n_in + col];
    const int32_t v = (int32_t)sucref_i_unsigned_weight(w, sucref_i_spec_shift(s, row));
    if (s->plan[t] == 8) { return w; }
    return ((v >> sucref_i_bits_below(s, t)) & ((1 << s->plan[t]) - 1)) - (t == 0 ? 1 << (s->plan[0] - 1) : 0);
}

/* sum over the data parts of coefficient * digit, of output k of each part */
static int32_t sucref_i_combined(const sucref_i_parity *q, uint32_t k, uint32_t col, unsigned t)
{
    const sucref_parts *p = q->parts;
    int32_t sum = 0;
    unsigned i;
    for (i = 0; i < p->n; i++) {
        if (p->row[i] + k < p->row[i + 1]) {
            sum += sucref_parity_coefficient(p->n, p->r, q->parity, i) *
                   sucref_i_part_digit(q->layer, p->row[i] + k, col, t);
        }
    }
    return sum;
}
#endif

/* a weight to be written. Of a parity part: rows of one plane after another, low parts before high ones,
 * combination = low + 128 * high */
static int32_t sucref_i_weight_of(const sucref_i_parity *q, const sucref_layer_spec *s, uint32_t row, uint32_t col)
{
#ifndef SUCREF_NO_PARITY
    if (q != NULL) {
        const uint32_t rows = q->parts->rows;
        int32_t v, high;
        unsigned t;
        for (t = 0; row >= q->group_rows[t]; t++) { row -= q->group_rows[t]; }
        v = sucref_i_combined(q, row % rows, col, t);
        high = sucref_i_floor32(v + 64, 7);
        return q->group_rows[t] == rows ? v : row < rows ? v - 128 * high : high;
    }
#else
    (void)q;
#endif
    return s->w[(size_t)row * s->n_in + col];
}

static int32_t sucref_i_magnitude_of(const sucref_i_parity *q, const sucref_layer_spec *s, uint32_t row, uint32_t col)
{
    const int32_t w = sucref_i_weight_of(q, s, row, col);
    return w < 0 ? -w : w;
}

/* ---- what a spec must keep: what the writer itself relies on, NULL where nothing is wrong; the rest of what a file
 * must keep sucref_model_open says ---- */

static const char *sucref_i_bad_arrays(const sucref_layer *l, const sucref_layer_spec *s, int parity)
{
    if ((SUCREF_I_WEIGHS(l) && s->w == NULL && !parity) ||
        (sucref_i_multipliers(l) > 0 && (s->multiplier == NULL || s->exponent == NULL)) ||
        (SUCREF_I_KIND(l) == SUCREF_KIND_COPY && s->box == NULL) ||
        (SUCREF_I_KIND(l) == SUCREF_KIND_CONSTANT && s->constant == NULL)) {
        return "spec: a layer's NULL";
    }
    if ((s->act == SUCREF_ACT_TABLE && s->table == NULL) || (s->act == SUCREF_ACT_LOOKUP && s->lookup == NULL) ||
        ((s->flags & SUCREF_LAYER_ORDER) && s->order == NULL) ||
        ((s->flags & SUCREF_LAYER_INPUT_ORDER) && s->input_order == NULL)) {
        return "spec: a table or order that is NULL";
    }
    return NULL;
}

static const char *sucref_i_bad_groups(const sucref_layer *l, const sucref_layer_spec *s)
{
    const uint32_t taps = SUCREF_I_KIND(l) == SUCREF_KIND_CONV ? sucref_i_taps(l) : 1U;
    unsigned g;
    uint32_t sum = 0;
    if (s->group_rows != NULL ? s->n_groups < 1 || s->n_groups > SUCREF_MAX_GROUPS : s->n_groups > 1) {
        return "number of groups";
    }
    if (taps == 0 || l->n_in % taps != 0) { return "spec: sizes of a layer"; }
    for (g = 0; g < l->n_groups; g++) {
        const uint32_t rows = sucref_i_spec_rows(s, g), columns = sucref_i_spec_columns(s, g);
        if (rows < 1 || rows > s->n_out - sum) { return "spec: rows of a group"; }
        if (columns < 1 || columns > s->n_in || columns % taps != 0 ||
            (g > 0 && columns < sucref_i_spec_columns(s, g - 1U))) {
            return "spec: columns of a group";
        }
        sum += rows;
    }
    return sum == s->n_out ? NULL : "spec: rows of the groups";
}

/* what the planner of places relies on */
static int sucref_i_spec_windows_ok(const sucref_model_spec *spec, const sucref_layer *l)
{
    const sucref_tensor_spec *in = &spec->tensors[l->from], *out = &spec->tensors[l->to];
    return SUCREF_I_KIND(l) < SUCREF_KIND_CONV || SUCREF_I_KIND(l) > SUCREF_KIND_MAX ||
           (sucref_i_window_ok(in->height, out->height, l->kernel_h, l->stride_h, l->dilation_h, l->pad_top) &&
            sucref_i_window_ok(in->width, out->width, l->kernel_w, l->stride_w, l->dilation_w, l->pad_left));
}

static const char *sucref_i_bad_shape(const sucref_model_spec *spec, unsigned n, int parity)
{
    const sucref_layer l = sucref_i_layer_of(spec, n);
    const sucref_layer_spec *s = &spec->layers[n];
    const char *bad = NULL;
    if (SUCREF_I_KIND(&l) > SUCREF_KIND_CONSTANT || l.from >= spec->n_tensors || l.to >= spec->n_tensors ||
        l.from2 >= spec->n_tensors) {
        if (spec->tensors != NULL) { return "spec: kind or tensors of a layer"; }
    }
    if (s->n_in > 65535U || s->n_out > 65535U ||
        (SUCREF_I_WEIGHS(&l) && (s->n_in < 1 || s->n_out < 1)) ||
        (spec->tensors == NULL && n > 0 && s->n_in != spec->layers[n - 1U].n_out)) {
        return "spec: sizes of a layer";
    }
    if (spec->tensors != NULL && !sucref_i_spec_windows_ok(spec, &l)) { return "spec: shape of a layer"; }
    bad = sucref_i_bad_arrays(&l, s, parity);
    if (bad != NULL || !SUCREF_I_WEIGHS(&l)) { return bad; }
    if (sucref_i_open_plan(&l, NULL, 0) != SUCREF_OK) { return "spec: plan"; }
    return sucref_i_bad_groups(&l, s);
}

static const char *sucref_i_bad_weights(const sucref_i_parity *q, const sucref_model_spec *spec, unsigned n)
{
    const sucref_layer l = sucref_i_layer_of(spec, n);
    const sucref_layer_spec *s = &spec->layers[n];
    const int saturates = s->coarse || s->plan[0] == 8; /* the shift is not that of the full weights */
    const uint32_t taps = SUCREF_I_KIND(&l) == SUCREF_KIND_CONV ? sucref_i_taps(&l) : 1U;
    uint32_t r, c, end = 0;
    unsigned g = 0;
    for (r = 0; r < s->n_out; r++) {
        const unsigned shift = s->row_shift != NULL ? s->row_shift[r] : 0U;
        while (r >= end + sucref_i_spec_rows(s, g)) { end += sucref_i_spec_rows(s, g++); }
        if (shift > 7) { return "spec: a row shift over 7"; }
        for (c = 0; SUCREF_I_KIND(&l) != SUCREF_KIND_DEPTHWISE && c < s->n_in; c++) {
            const int32_t mag = sucref_i_magnitude_of(q, s, r, c);
            if (mag != 0 && c % (s->n_in / taps) >= sucref_i_spec_columns(s, g) / taps) {
                return "spec: a weight behind a group's columns";
            }
            if (mag > 127) { return q != NULL ? "spec: a parity beyond 16 bits" : "spec: a weight of -128"; }
            if (!saturates && mag * ((int32_t)1 << shift) > 127) { return "spec: a row shift that cuts weights off"; }
        }
    }
    return NULL;
}

/* of a layer; bits of one group at a stop and its correction are checked where they are written */
static const char *sucref_i_bad_layer(const sucref_i_parity *q, const sucref_model_spec *spec, unsigned n)
{
    const char *bad = sucref_i_bad_shape(spec, n, q != NULL);
    return bad != NULL || sucref_i_kind_of(spec, &spec->layers[n]) > SUCREF_KIND_DEPTHWISE
               ? bad
               : sucref_i_bad_weights(q, spec, n);
}

static const char *sucref_i_bad_tensors(const sucref_model_spec *spec, uint32_t *where)
{
    unsigned n;
    *where = SUCREF_I_H_TENSORS;
    if (spec->tensors == NULL) { return NULL; }
    if (spec->n_tensors < 2 || spec->n_tensors > SUCREF_MAX_TENSORS) { return "number of tensors"; }
    for (n = 0; n < spec->n_tensors; n++) {
        const sucref_tensor_spec *t = &spec->tensors[n];
        const uint32_t area = t->height * (uint32_t)t->width;
        *where = n;
        if (area == 0 || t->channels == 0 || t->channels > 0xFFFFFFU / area) { return "spec: size of a tensor"; }
    }
    return NULL;
}

static const char *sucref_i_bad_spec(const sucref_model_spec *spec, uint32_t *where)
{
    const sucref_bounds *b;
    const char *bad;
    *where = 0;
    if (spec == NULL || spec->layers == NULL || spec->in_bits == NULL || spec->bits == NULL) { return "spec: NULL"; }
    *where = SUCREF_I_H_LAYERS;
    if (spec->n_layers < 1 || spec->n_layers > SUCREF_MAX_LAYERS) { return "number of layers"; }
    bad = sucref_i_bad_tensors(spec, where);
    if (bad != NULL) { return bad; }
    *where = SUCREF_I_H_STOPS;
    if (spec->n_stops < 1 || spec->n_stops > SUCREF_MAX_STOPS) { return "number of stops"; }
    *where = 0;
    if (spec->heads != NULL && (spec->layers[spec->n_layers - 1U].group_rows == NULL ||
                                spec->layers[spec->n_layers - 1U].n_groups < 2)) {
        return "spec: heads without groups";
    }
    b = spec->bounds;
    return b != NULL && (b->mean == NULL || b->weight == NULL ||
                         (spec->n_stops > 1 && (b->root == NULL || b->offset == NULL || b->norm == NULL)))
               ? "spec: bounds"
               : NULL;
}

/* the largest weight of a column, counted in each group as its rows read them */
static int32_t sucref_i_column_max(const sucref_i_parity *q, const sucref_layer_spec *s, const sucref_layer *l,
                                   uint32_t column)
{
    uint32_t r = 0, end = 0;
    int32_t max = 0;
    unsigned g;
    for (g = 0; g < l->n_groups; g++) {
        for (end += sucref_i_spec_rows(s, g); r < end && column < sucref_i_spec_columns(s, g); r++) {
            const int32_t mag = sucref_i_magnitude_of(q, s, r, sucref_i_spec_column(l, s, g, column));
            max = mag > max ? mag : max;
        }
        r = end;
    }
    return max;
}

/* maxima of the layer, returned, and of its columns */
static uint32_t sucref_i_write_maxima(const sucref_i_writer *o, const sucref_layer_spec *s, const sucref_layer *l)
{
    const sucref_i_params at = sucref_i_params_of(l);
    uint32_t c, most = 0;
    for (c = 0; sucref_i_has_whole(l) && c < s->n_in; c++) {
        const uint32_t max = (uint32_t)sucref_i_column_max(o->parity, s, l, c);
        if (sucref_i_has_maxima(l)) { sucref_i_put(o, at.colmax + c, max, 1); }
        most = max > most ? max : most;
    }
    return most;
}

/* sum(w) of each row, over its group's columns */
static void sucref_i_write_sums(const sucref_i_writer *o, const sucref_layer_spec *s, const sucref_layer *l,
                                uint32_t at)
{
    uint32_t r = 0, end = 0, c;
    unsigned g;
    for (g = 0; g < l->n_groups; g++) {
        for (end += sucref_i_spec_rows(s, g); r < end; r++, at += 4U) {
            int32_t sum = 0;
            for (c = 0; c < sucref_i_spec_columns(s, g); c++) {
                sum += sucref_i_weight_of(o->parity, s, r, sucref_i_spec_column(l, s, g, c));
            }
            sucref_i_put(o, at, (uint32_t)sum, 4);
        }
    }
}

/* ---- head and sections ---- */
static void sucref_i_write_params(const sucref_i_writer *o, const sucref_layer_spec *s, const sucref_layer *l)
{
    const sucref_i_params at = sucref_i_params_of(l);
    const uint32_t k = at.exponent - at.multiplier; /* bytes of multipliers */
    uint32_t r;
    sucref_i_put_all(o, at.multiplier, s->multiplier, k / 4U, 4);
    sucref_i_put_all(o, at.exponent, s->exponent, k / 4U, 1);
    if (SUCREF_I_WEIGHS(l)) {
        sucref_i_put_all(o, at.bias, s->bias, s->n_out, 4);
        for (r = 0; r < s->n_out; r++) { sucref_i_put(o, at.shift + r, sucref_i_spec_shift(s, r), 1); }
    }
    if (SUCREF_I_KIND(l) == SUCREF_KIND_COPY) { sucref_i_put_all(o, at.box, s->box, 9, 2); }
    if (SUCREF_I_KIND(l) == SUCREF_KIND_CONSTANT) { sucref_i_put_all(o, at.shift, s->constant, s->n_out, 1); }
    if (sucref_i_has_sums(l)) { sucref_i_write_sums(o, s, l, at.sums); }
    if (s->act == SUCREF_ACT_TABLE) { sucref_i_put_all(o, at.table, s->table, SUCREF_TABLE_LEN, 2); }
    if (s->act == SUCREF_ACT_LOOKUP) { sucref_i_put_all(o, at.table, s->lookup, SUCREF_LOOKUP_LEN, 1); }
    if (s->flags & SUCREF_LAYER_ORDER) { sucref_i_put_all(o, at.order, s->order, s->n_out, 2); }
    if (l->flags & SUCREF_LAYER_COLUMNS) {
        sucref_i_put_all(o, at.mean, o->spec->bounds->mean, s->n_in, 1);
        sucref_i_put_all(o, at.weight, o->spec->bounds->weight, s->n_in, 1);
    }
    if (s->flags & SUCREF_LAYER_INPUT_ORDER) { sucref_i_put_all(o, at.input_order, s->input_order, s->n_in, 2); }
}

/* the tensor that layer `layer` reads or writes lives while it runs */
static void sucref_i_live(sucref_tensor *t, unsigned layer)
{
    if (t->flags & SUCREF_TENSOR_STATE) { return; }
    if (layer < t->first) { t->first = (uint8_t)layer; }
    if (layer > t->last) { t->last = (uint8_t)layer; }
}

/* shapes and lives; places are 0 */
static void sucref_i_spec_tensors(sucref_i_writer *o)
{
    const sucref_model_spec *spec = o->spec;
    unsigned n;
    for (n = 0; n < o->m.n_tensors; n++) {
        sucref_tensor *t = &o->tensors[n];
        t->height = t->width = 1;
        t->place = 0;
        t->first = 0xFF; t->last = 0;
        t->flags = t->initial = 0;
        if (spec->tensors != NULL) {
            t->height = spec->tensors[n].height; t->width = spec->tensors[n].width;
            t->channels = spec->tensors[n].channels; t->zero = spec->tensors[n].zero;
            if (n > 0 && spec->tensors[n].state) {
                t->flags = SUCREF_TENSOR_STATE; t->initial = spec->tensors[n].initial;
                t->first = 0; t->last = 0xFF;
            }
        } else {
            const int last = n == spec->n_layers;
            t->channels = (uint16_t)(!last ? spec->layers[n].n_in
                                     : spec->heads != NULL ? sucref_i_spec_rows(&spec->layers[n - 1U], 0)
                                                           : spec->layers[n - 1U].n_out);
            t->zero = last ? spec->scales.output_zero : spec->layers[n].in_zero;
        }
        if (n > 0 && spec->n_stops > 1) { t->flags = (uint8_t)(t->flags | SUCREF_TENSOR_KEEP); }
    }
    for (n = 0; n < spec->n_layers; n++) {
        const sucref_layer l = sucref_i_layer_of(spec, n);
        sucref_i_live(&o->tensors[l.from], n);
        sucref_i_live(&o->tensors[l.to], n);
        if (l.from2 != 0) { sucref_i_live(&o->tensors[l.from2], n); }
    }
    o->tensors[0].first = 0;
    for (n = 0; n < o->m.n_tensors; n++) { if (o->tensors[n].first == 0xFF) { o->tensors[n].first = 0; } }
}

/* may tensor n lie where it does, beside those that have a place? */
static int sucref_i_place_fits(const sucref_i_writer *o, const uint8_t *placed, unsigned n)
{
    unsigned i;
    for (i = 1; i < o->m.n_tensors; i++) {
        const sucref_tensor *t = &o->tensors[i];
        unsigned later = t->first > o->tensors[n].first ? t->first : o->tensors[n].first;
        const sucref_layer l = sucref_i_layer_of(o->spec, later < o->spec->n_layers ? later : 0U);
        if (placed[i] && !sucref_i_places_ok(i, t, n, &o->tensors[n], &l)) { return 0; }
    }
    return 1;
}

/* places tensor n at `place` where it fits there and that is better than where it lies */
static void sucref_i_try_place(sucref_i_writer *o, const uint8_t *placed, unsigned n, int64_t place, uint32_t *best)
{
    if (place < 0 || place >= (int64_t)*best) { return; }
    o->tensors[n].place = (uint32_t)place;
    if (sucref_i_place_fits(o, placed, n)) { *best = (uint32_t)place; }
}

/* The largest tensor first, each at the lowest place that it may have: behind another one, or as far beside what its
 * layer reads or its reader writes as that allows. */
static void sucref_i_plan_places(sucref_i_writer *o)
{
    uint8_t placed[SUCREF_MAX_TENSORS] = { 0 };
    unsigned i, n, round;
    for (round = 1; round < o->m.n_tensors; round++) {
        uint32_t best = 0xFFFFFFFFU, most = 0;
        n = 0;
        for (i = 1; i < o->m.n_tensors; i++) {
            const uint32_t bytes = sucref_i_tensor_bytes(&o->tensors[i]);
            if (!placed[i] && (n == 0 || bytes > most)) { n = i; most = bytes; }
        }
        sucref_i_try_place(o, placed, n, 0, &best);
        for (i = 1; i < o->m.n_tensors; i++) {
            const sucref_tensor *t = &o->tensors[i], *own = &o->tensors[n];
            const int reads = t->last == own->first; /* may t be what n is made of? */
            if (!placed[i]) { continue; }
            sucref_i_try_place(o, placed, n, sucref_i_tensor_end(t), &best);
            if (reads || own->last == t->first) {
                const sucref_layer l = sucref_i_layer_of(o->spec, reads ? own->first : t->first);
                const sucref_tensor *from = reads ? t : own, *to = reads ? own : t;
                const int32_t before = sucref_i_distance(&l, from, to, 0), behind = sucref_i_distance(&l, from, to, 1);
                const int64_t up = ((int64_t)(reads ? behind : before) + 3) / 4,
                              down = ((int64_t)(reads ? before : behind) + 3) / 4;
                sucref_i_try_place(o, placed, n, (int64_t)t->place + up, &best);
                sucref_i_try_place(o, placed, n, (int64_t)t->place - down, &best);
            }
        }
        o->tensors[n].place = best;
        placed[n] = 1;
    }
}

static void sucref_i_write_tensor(const sucref_i_writer *o, unsigned n)
{
    const sucref_tensor *t = &o->tensors[n];
    const uint32_t at = sucref_i_tensors_at(&o->m) + n * SUCREF_I_TENSOR;
    sucref_i_put(o, at, t->height, 2);
    sucref_i_put(o, at + 2U, t->width, 2);
    sucref_i_put(o, at + 4U, t->channels, 2);
    sucref_i_put(o, at + SUCREF_I_X_ZERO, t->zero, 1);
    sucref_i_put(o, at + SUCREF_I_X_FLAGS, t->flags, 1);
    sucref_i_put(o, at + SUCREF_I_X_PLACE, t->place, 4);
    sucref_i_put(o, at + SUCREF_I_X_FIRST, t->first, 1);
    sucref_i_put(o, at + SUCREF_I_X_LAST, t->last, 1);
    sucref_i_put(o, at + SUCREF_I_X_INITIAL, t->initial, 1);
}

/* a layer's record, groups and parameters */
static void sucref_i_write_layer(sucref_i_writer *o, unsigned n)
{
    const sucref_layer_spec *s = &o->spec->layers[n];
    const uint32_t at = SUCREF_I_HEADER + n * SUCREF_I_LAYER, columns = n == 0 && o->spec->bounds != NULL;
    sucref_layer l = sucref_i_layer_of(o->spec, n);
    uint32_t row = 0, group = sucref_i_groups_at(&o->m) + o->flat * SUCREF_I_GROUP;
    unsigned g;
    l.params_offset = o->at;
    l.flags = (uint8_t)((l.flags & ~SUCREF_LAYER_COLUMNS) | (columns ? SUCREF_LAYER_COLUMNS : 0));
    sucref_i_put(o, at + SUCREF_I_L_IN, l.n_in, 4);
    sucref_i_put(o, at + SUCREF_I_L_OUT, l.n_out, 4);
    sucref_i_put(o, at + SUCREF_I_L_PARAMS, l.params_offset, 4);
    sucref_i_put(o, at + SUCREF_I_L_GROUP, o->flat, 2);
    sucref_i_put(o, at + SUCREF_I_L_GROUPS, l.n_groups, 2);
    sucref_i_put_all(o, at + SUCREF_I_L_PLAN, (const uint8_t *)&l + offsetof(sucref_layer, plan), SUCREF_I_L_BYTES, 1);
    sucref_i_put(o, at + SUCREF_I_L_IN_ZERO, 0, 1); /* its tensor has it */
    if (o->p != NULL) { sucref_i_put(o, at + SUCREF_I_L_MAX, sucref_i_write_maxima(o, s, &l), 1); }
    sucref_i_put(o, at + SUCREF_I_L_SLOPE, (uint16_t)l.slope, 2);
    sucref_i_put_all(o, at + SUCREF_I_L_KIND, (const uint8_t *)&l + offsetof(sucref_layer, kind), SUCREF_I_K_BYTES, 1);
    for (g = 0; g < l.n_groups; g++, group += SUCREF_I_GROUP) {
        sucref_i_put(o, group, row, 4);
        sucref_i_put(o, group + 4U, sucref_i_spec_rows(s, g), 2);
        sucref_i_put(o, group + 6U, sucref_i_spec_columns(s, g), 2);
        row += sucref_i_spec_rows(s, g);
    }
    if (o->p != NULL) { sucref_i_write_params(o, s, &l); }
    o->flat += l.n_groups;
    o->at = sucref_i_params_of(&l).end;
}

/* one plane of the rows of a group, as a section; rows and columns that fill the last block hold 128 */
static void sucref_i_write_plane(sucref_i_writer *o, uint32_t table, const sucref_layer_spec *s, unsigned plane)
{
    const unsigned width = s->plan[plane], low = sucref_i_bits_below(s, plane);
    const uint32_t columns = sucref_i_spec_columns(s, o->group);
    const sucref_layer l = sucref_i_layer_of(o->spec, o->layer);
    const unsigned flip = SUCREF_I_KIND(&l) == SUCREF_KIND_DEPTHWISE ? 0x80U : 0U; /* w itself, modulo 256 */
    const unsigned layout = SUCREF_I_LISTS(&l) ? o->spec->layout : (unsigned)SUCREF_LAYOUT_PLAIN;
    const sucref_i_plane p = sucref_i_plane_of(NULL, o->n_rows, columns, width, layout);
    const uint32_t at = sucref_i_section(o, table, SUCREF_I_T_PLANE, o->layer, o->group * 8U + plane,
                                         sucref_i_plane_bytes(o->n_rows, columns, width, layout));
    const uint32_t unit = SUCREF_I_IS_ROWS(&p) ? sucref_i_unit_rows(p.slot) : 4U,
                   rows = (o->n_rows + unit - 1U) / unit * unit,
                   filled = SUCREF_I_IS_ROWS(&p) ? SUCREF_I_PAD16(columns) : columns;
    uint32_t row, col;
    unsigned bit;
    for (row = 0; o->p != NULL && row < rows; row++) {
        const unsigned shift = width == 8 || row >= o->n_rows ? 0U : sucref_i_spec_shift(s, o->row + row);
        for (col = 0; col < filled; col++) {
            const uint32_t from = col < columns ? sucref_i_spec_column(&l, s, o->group, col) : 0U;
            const int32_t w = row < o->n_rows && col < columns
                                  ? sucref_i_weight_of(o->parity, s, o->row + row, from) : 0;
            const unsigned v = sucref_i_unsigned_weight(w, shift) ^ flip;
            uint8_t *byte;
            if (SUCREF_I_IS_HALVES(&p)) { /* the lower row's sign borrows from the upper one */
                byte = o->p + at + sucref_i_half_at(&p, row, col) + (row & 1U);
                *byte = (uint8_t)(v - 128U - ((row & 1U) && byte[-1] >= 128U));
                continue;
            }
            byte = o->p + at + sucref_i_digit_at(&bit, &p, row, col); /* of zeros so far */
            *byte = (uint8_t)(*byte | (v >> low & ((1U << width) - 1U)) << bit);
        }
    }
}

/* the constants of row r of a group of 0 bits */
static unsigned sucref_i_constant(const sucref_layer_spec *s, const sucref_correction *c, uint32_t r)
{
    return c != NULL && c->constant != NULL ? c->constant[r] : s->out_zero;
}

static void sucref_i_write_correction(sucref_i_writer *o, uint32_t table, const sucref_layer_spec *s,
                                      const sucref_correction *c, unsigned bits)
{
    const uint32_t n = o->n_rows, at = sucref_i_section(o, table, SUCREF_I_T_CORRECTION, o->layer, o->group,
                                                        sucref_i_correction_bytes(n, bits));
    uint32_t r;
    if (bits > 0 && !o->plain) {
        sucref_i_put_all(o, at, c->beta, n, 4);
        sucref_i_put_all(o, at + 4U * n, c->gamma, n, 4);
        sucref_i_put_all(o, at + 8U * n, c->alpha, n, 2);
    } else if (bits > 0) { /* alpha 1 */
        for (r = 0; r < n; r++) { sucref_i_put(o, at + 8U * n + 2U * r, 4096, 2); }
    } else {
        for (r = 0; r < n; r++) { sucref_i_put(o, at + r, sucref_i_constant(s, c, r), 1); }
    }
}

/* does the group have the constants that it had last? Then they stand in the file once. */
static int sucref_i_same_constants(const sucref_i_writer *o, const sucref_layer_spec *s, unsigned k)
{
    const sucref_correction *c = o->spec->corrections;
    const unsigned before = o->constants_of[o->flat] * o->m.n_groups + o->flat;
    uint32_t r;
    if (o->constants[o->flat] == 0) { return 0; }
    for (r = 0; c != NULL && r < o->n_rows; r++) {
        if (sucref_i_constant(s, &c[k], r) != sucref_i_constant(s, &c[before], r)) { return 0; }
    }
    return 1;
}

/* sections of one stop and group, and the table entries that point at them */
static void sucref_i_write_entry(sucref_i_writer *o, const sucref_layer_spec *s)
{
    const sucref_layer l = sucref_i_layer_of(o->spec, o->layer);
    const unsigned k = o->stop * o->m.n_groups + o->flat, bits = o->spec->bits[k];
    const sucref_correction *c = o->spec->corrections != NULL ? &o->spec->corrections[k] : NULL;
    const uint32_t entry = sucref_i_entries_at(&o->m) + k * SUCREF_I_ENTRY,
                   group = sucref_i_groups_at(&o->m) + o->flat * SUCREF_I_GROUP;
    const int silent = o->spec->heads != NULL && o->layer + 1U == o->spec->n_layers &&
                       o->group != o->spec->heads[o->stop];
    unsigned mask, plane;
    if (silent || bits == SUCREF_ABSENT) { return; }
    if (sucref_i_planes_for(&l, bits) == 0xFFU) { o->bad = "spec: bits of a stop"; return; }
    if (c != NULL && bits > 0 && ((c->alpha == NULL) != (c->beta == NULL) ||
                                  (c->alpha == NULL) != (c->gamma == NULL))) {
        o->bad = "spec: half a correction";
        return;
    }
    sucref_i_put(o, entry, bits, 1);
    if (bits == 0 && sucref_i_same_constants(o, s, k)) {
        sucref_i_put(o, entry + 4U, o->constants[o->flat], 4);
    } else if (bits == 0 || (bits < 8 && o->plain) || (c != NULL && c->alpha != NULL)) {
        if (bits == 0) {
            o->constants[o->flat] = o->at + SUCREF_I_FRAME;
            o->constants_of[o->flat] = (uint8_t)o->stop;
        }
        sucref_i_write_correction(o, entry + 4U, s, c, bits);
    }
    mask = sucref_i_planes_read(&l, bits) & ~(unsigned)o->written[o->flat]; /* those that no stop before has read */
    o->written[o->flat] = (uint8_t)(o->written[o->flat] | mask);
    for (plane = 0; mask >> plane != 0; plane++) {
        if (mask >> plane & 1U) { sucref_i_write_plane(o, group + 8U + 4U * plane, s, plane); }
    }
}

/* exit rule and bounds of a stop */
static void sucref_i_write_exits(sucref_i_writer *o, uint32_t record)
{
    const sucref_exit *x = o->spec->exits;
    const sucref_bounds *b = o->spec->bounds;
    const uint32_t n = o->spec->layers[0].n_out;
    const size_t from = (size_t)o->stop * n;
    if (x != NULL) {
        uint32_t rule[4];
        x += o->stop;
        rule[0] = x->margin; rule[1] = x->samples; rule[2] = x->disagreements; rule[3] = x->risk;
        sucref_i_put_all(o, sucref_i_section(o, record + 8U, SUCREF_I_T_EXIT, 0, 0, SUCREF_I_EXIT_LEN), rule, 4, 4);
    }
    if (b != NULL && b->root[o->stop] != 0) {
        const uint32_t at = sucref_i_section(o, record + 12U, SUCREF_I_T_BOUNDS, 0, 0, 4U + 8U * n);
        sucref_i_put(o, at, b->root[o->stop], 4);
        sucref_i_put_all(o, at + 4U, b->offset + from, n, 4);
        sucref_i_put_all(o, at + 4U + 4U * n, b->norm + from, n, 4);
    }
}

static void sucref_i_write_stop(sucref_i_writer *o)
{
    const uint32_t record = sucref_i_stops_at(&o->m) + o->stop * SUCREF_I_STOP;
    o->flat = 0;
    for (o->layer = 0; o->layer < o->spec->n_layers; o->layer++) {
        const sucref_layer_spec *s = &o->spec->layers[o->layer];
        o->row = 0;
        for (o->group = 0; o->bad == NULL && o->group < sucref_i_spec_groups(o->spec, s); o->group++, o->flat++) {
            o->n_rows = sucref_i_spec_rows(s, o->group);
            sucref_i_write_entry(o, s);
            o->row += o->n_rows;
        }
    }
    if (o->stop + 1U < o->spec->n_stops) { sucref_i_write_exits(o, record); }
    sucref_i_put(o, record, o->at, 4);
    sucref_i_put(o, record + 4U, o->spec->in_bits[o->stop], 1);
    sucref_i_put(o, record + 5U, o->spec->heads != NULL ? o->spec->heads[o->stop] : 0U, 1);
    if (o->spec->answers != NULL && o->spec->answers[o->stop] + 1U != o->spec->n_layers) {
        sucref_i_put(o, record + 6U, o->spec->answers[o->stop] + 1U, 1);
    }
}

static void sucref_i_write_header(const sucref_i_writer *o, uint32_t head)
{
    const sucref_model_spec *spec = o->spec;
    const sucref_scale scale[3] = { spec->scales.input, spec->scales.output, spec->scales.logit };
    const sucref_layer last = sucref_i_layer_of(spec, spec->n_layers - 1U);
    unsigned i;
    sucref_i_put(o, 0, 0x52435553U, 4);
    sucref_i_put(o, SUCREF_I_H_VERSION, SUCREF_FORMAT, 2);
    sucref_i_put(o, SUCREF_I_H_LAYOUT, spec->layout, 2);
    sucref_i_put(o, SUCREF_I_H_FILE, o->at, 4);
    sucref_i_put(o, SUCREF_I_H_HEAD, head, 4);
    sucref_i_put(o, SUCREF_I_H_IN, sucref_i_tensor_bytes(&o->tensors[0]), 4);
    sucref_i_put(o, SUCREF_I_H_OUT, sucref_i_tensor_bytes(&o->tensors[last.to]), 4);
    sucref_i_put(o, SUCREF_I_H_LAYERS, spec->n_layers, 2);
    sucref_i_put(o, SUCREF_I_H_GROUPS, o->m.n_groups, 2);
    sucref_i_put(o, SUCREF_I_H_STOPS, spec->n_stops, 1);
    sucref_i_put(o, SUCREF_I_H_INPUT, spec->input_type, 1);
    sucref_i_put(o, SUCREF_I_H_SHIFT, spec->softmax_shift, 1);
    sucref_i_put(o, SUCREF_I_H_SOFTMAX, (uint32_t)spec->softmax_multiplier, 4);
    for (i = 0; i < 3; i++) {
        sucref_i_put(o, SUCREF_I_H_SCALES + 4U * i, (uint32_t)scale[i].multiplier, 4);
        sucref_i_put(o, SUCREF_I_H_EXPONENTS + i, (uint8_t)scale[i].exponent, 1);
    }
    sucref_i_put(o, SUCREF_I_H_TENSORS, o->m.n_tensors, 2);
    for (i = 0; i < o->m.n_tensors; i++) { sucref_i_write_tensor(o, i); }
}

/* of the head and of all sections behind it */
static void sucref_i_write_crcs(const sucref_i_writer *o, uint32_t head)
{
    uint32_t at, len;
    sucref_i_put(o, SUCREF_I_H_CRC, sucref_i_crc_behind(o->p, SUCREF_I_HEADER, head - SUCREF_I_HEADER), 4);
    for (at = head; at < o->at; at += SUCREF_I_FRAME + len) {
        len = sucref_i_u32(o->p + at + SUCREF_I_F_LEN);
        sucref_i_put(o, at + SUCREF_I_F_CRC, sucref_i_crc_behind(o->p + at, SUCREF_I_FRAME, len), 4);
    }
}

/* the whole file; with no buffer, until something is wrong */
static void sucref_i_write_all(sucref_i_writer *o)
{
    uint32_t head;
    unsigned n;
    for (n = 0; n < SUCREF_MAX_LAYERS * SUCREF_MAX_GROUPS; n++) { o->written[n] = 0; o->constants[n] = 0; }
    o->flat = 0;
    o->at = sucref_i_tables_end(&o->m);
    for (n = 0; o->bad == NULL && n < o->spec->n_layers; n++) {
        o->where = n;
        if (o->p == NULL) { o->bad = sucref_i_bad_layer(o->parity, o->spec, n); }
        if (o->bad == NULL) { sucref_i_write_layer(o, n); }
    }
    head = o->at;
    for (o->stop = 0; o->bad == NULL && o->stop < o->spec->n_stops; o->stop++) {
        o->where = o->stop;
        sucref_i_write_stop(o);
    }
    if (o->p != NULL) {
        sucref_i_spec_tensors(o);
        sucref_i_plan_places(o);
        sucref_i_write_header(o, head);
        sucref_i_write_crcs(o, head);
    }
}

/* plain: corrections of a part, z is the accumulator */
static uint32_t sucref_i_write(uint8_t *out, size_t out_len, const sucref_model_spec *spec,
                               const sucref_i_parity *parity, int plain, sucref_fault *fault)
{
    sucref_i_writer o;
    sucref_model m;
    uint32_t i;
    o.spec = spec; o.parity = parity; o.plain = plain; o.p = NULL;
    o.bad = sucref_i_bad_spec(spec, &o.where);
    if (o.bad == NULL) {
        o.m.n_layers = spec->n_layers; o.m.n_stops = spec->n_stops; o.m.n_groups = 0;
        o.m.n_tensors = (uint16_t)(spec->tensors != NULL ? spec->n_tensors : spec->n_layers + 1U);
        for (i = 0; i < spec->n_layers; i++) {
            o.m.n_groups += (uint8_t)sucref_i_spec_groups(spec, &spec->layers[i]);
        }
        sucref_i_write_all(&o);
    }
    if (o.bad == NULL && (uintptr_t)out % SUCREF_I_ALIGN != 0) { o.bad = "buffer: not aligned"; o.where = 0; }
    if (o.bad == NULL && out != NULL && out_len < o.at) { o.bad = "buffer too short"; o.where = o.at; }
    if (o.bad != NULL) { (void)SUCREF_I_FAIL(fault, o.bad, o.where); }
    if (o.bad != NULL || out == NULL) { return o.bad != NULL ? 0 : o.at; }
    for (i = 0; i < o.at; i++) { out[i] = 0; }
    o.p = out;
    sucref_i_write_all(&o);
    return sucref_model_open(&m, out, o.at, fault) || sucref_model_check(&m, fault) ? 0 : o.at;
}

SUCREF_API uint32_t sucref_model_write(uint8_t *out, size_t out_len, const sucref_model_spec *spec, sucref_fault *fault)
{
    return sucref_i_write(out, out_len, spec, NULL, 0, fault);
}

/* ---- the inverse: base NULL counts what the arrays need ---- */
typedef struct { const sucref_model *m; uint8_t *base; uint64_t at; } sucref_i_room;

static void *sucref_i_take(sucref_i_room *o, uint64_t bytes)
{
    const uint64_t at = o->at;
    o->at += (bytes + 7U) / 8U * 8U;
    return o->base == NULL ? NULL : (void *)(o->base + (size_t)at);
}

/* n little-endian elements of the file, of 2 or 4 bytes */
static void *sucref_i_take_all(sucref_i_room *o, uint32_t at, uint32_t n, unsigned bytes)
{
    const uint8_t *from = o->m->bytes + at;
    void *to = sucref_i_take(o, (uint64_t)n * bytes);
    uint32_t i;
    for (i = 0; to != NULL && i < n; i++, from += bytes) {
        if (bytes == 4) { ((uint32_t *)to)[i] = sucref_i_u32(from); } else { ((uint16_t *)to)[i] = sucref_i_u16(from); }
    }
    return to;
}

/* rows of each group, and all weights */
static void sucref_i_spec_weights(sucref_layer_spec *s, sucref_i_room *o, const sucref_layer *l)
{
    uint32_t *rows = (uint32_t *)sucref_i_take(o, 4U * (uint64_t)l->n_groups),
             *columns = (uint32_t *)sucref_i_take(o, 4U * (uint64_t)l->n_groups), r, c;
    int8_t *w = (int8_t *)sucref_i_take(o, (uint64_t)l->n_in * l->n_out);
    sucref_group group;
    unsigned g;
    s->group_rows = rows; s->group_columns = columns; s->w = w;
    if (o->base == NULL) { return; }
    for (g = 0; g < l->n_groups; g++) {
        sucref_model_group(&group, o->m, (unsigned)l->first_group + g);
        rows[g] = group.n_rows;
        columns[g] = group.n_columns;
    }
    for (r = 0; r < l->n_out; r++) {
        const uint32_t row = sucref_i_row_of(&group, &g, o->m, l, r);
        const unsigned shift = sucref_i_shift_of(o->m, l, r);
        for (c = 0; c < l->n_in; c++) { *w++ = (int8_t)sucref_i_weight(o->m, l, &group, shift, row, c); }
    }
}

static sucref_layer_spec sucref_i_spec_layer(sucref_i_room *o, unsigned layer)
{
    sucref_layer_spec s;
    sucref_i_params at;
    sucref_layer l;
    sucref_model_layer(&l, o->m, layer);
    at = sucref_i_params_of(&l);
    s.n_in = l.n_in; s.n_out = l.n_out; s.n_groups = (uint8_t)l.n_groups;
    s.bias = (const int32_t *)sucref_i_take_all(o, at.bias, (at.multiplier - at.bias) / 4U, 4);
    s.box = SUCREF_I_KIND(&l) == SUCREF_KIND_COPY ? (const uint16_t *)sucref_i_take_all(o, at.box, 9, 2) : NULL;
    s.constant = SUCREF_I_KIND(&l) == SUCREF_KIND_CONSTANT ? o->m->bytes + at.shift : NULL;
    sucref_i_layer_bytes((uint8_t *)&s + offsetof(sucref_layer_spec, kind),
                         (const uint8_t *)&l + offsetof(sucref_layer, kind), SUCREF_I_K_BYTES);
    s.multiplier = (const int32_t *)sucref_i_take_all(o, at.multiplier, (at.exponent - at.multiplier) / 4U, 4);
    s.exponent = (const int8_t *)(o->m->bytes + at.exponent);
    s.row_shift = o->m->bytes + at.shift;
    s.table = NULL; s.lookup = NULL; s.order = s.input_order = NULL;
    if (l.act == SUCREF_ACT_TABLE) { s.table = (const int16_t *)sucref_i_take_all(o, at.table, SUCREF_TABLE_LEN, 2); }
    if (l.act == SUCREF_ACT_LOOKUP) { s.lookup = o->m->bytes + at.table; }
    if (l.flags & SUCREF_LAYER_ORDER) { s.order = (const uint16_t *)sucref_i_take_all(o, at.order, l.n_out, 2); }
    if (l.flags & SUCREF_LAYER_INPUT_ORDER) {
        s.input_order = (const uint16_t *)sucref_i_take_all(o, at.input_order, l.n_in, 2);
    }
    sucref_i_layer_bytes((uint8_t *)&s + offsetof(sucref_layer_spec, plan),
                         (const uint8_t *)&l + offsetof(sucref_layer, plan), SUCREF_I_L_BYTES);
    s.flags = (uint8_t)(l.flags & ~SUCREF_LAYER_COLUMNS);
    s.slope = l.slope;
    s.group_rows = s.group_columns = NULL; s.w = NULL;
    if (SUCREF_I_WEIGHS(&l)) { sucref_i_spec_weights(&s, o, &l); }
    return s;
}

/* bits and corrections of one stop; bits NULL: counts only */
static void sucref_i_spec_stop(uint8_t *bits, sucref_correction *c, sucref_i_room *o, unsigned stop)
{
    unsigned g;
    for (g = 0; g < o->m->n_groups; g++) {
        sucref_correction t = { NULL, NULL, NULL, NULL };
        sucref_stop_group e;
        sucref_group group;
        sucref_model_group(&group, o->m, g);
        sucref_model_stop_group(&e, o->m, stop, g);
        if (e.correction_offset != 0 && e.bits == 0) {
            t.constant = o->m->bytes + e.correction_offset;
        } else if (e.correction_offset != 0) {
            const uint32_t at = e.correction_offset, n = group.n_rows;
            t.beta = (const int32_t *)sucref_i_take_all(o, at, n, 4);
            t.gamma = (const int32_t *)sucref_i_take_all(o, at + 4U * n, n, 4);
            t.alpha = (const int16_t *)sucref_i_take_all(o, at + 8U * n, n, 2);
        }
        if (bits != NULL) {
            bits[g] = SUCREF_I_ABSENT(e) ? (uint8_t)SUCREF_ABSENT : e.bits;
            c[g] = t;
        }
    }
}

/* exit rules of all stops but the last, NULL where none has one */
static const sucref_exit *sucref_i_spec_exits(sucref_i_room *o)
{
    const sucref_exit none = { 0xFFFFFFFFU, 0, 0, 0xFFFFFFFFU };
    const unsigned n = o->m->n_stops - 1U;
    sucref_exit *exits, e;
    unsigned t, any = 0;
    for (t = 0; t < n; t++) { any |= sucref_model_exit(&e, o->m, t) == SUCREF_OK; }
    exits = any ? (sucref_exit *)sucref_i_take(o, sizeof e * (uint64_t)n) : NULL;
    for (t = 0; exits != NULL && t < n; t++) { exits[t] = sucref_model_exit(&e, o->m, t) == SUCREF_OK ? e : none; }
    return exits;
}

/* bounds of the first layer, NULL where its columns have no weights */
static const sucref_bounds *sucref_i_spec_bounds(sucref_i_room *o)
{
    const uint8_t *bytes = o->m->bytes;
    sucref_layer l;
    sucref_stop s;
    sucref_bounds *b;
    uint32_t *root, *offset, *norm, r;
    unsigned t;
    sucref_model_layer(&l, o->m, 0);
    if (!(l.flags & SUCREF_LAYER_COLUMNS)) { return NULL; }
    b = (sucref_bounds *)sucref_i_take(o, sizeof *b);
    root = (uint32_t *)sucref_i_take(o, 4U * (uint64_t)o->m->n_stops);
    offset = (uint32_t *)sucref_i_take(o, 4U * (uint64_t)o->m->n_stops * l.n_out);
    norm = (uint32_t *)sucref_i_take(o, 4U * (uint64_t)o->m->n_stops * l.n_out);
    if (b == NULL) { return NULL; }
    b->mean = bytes + sucref_i_params_of(&l).mean; b->weight = bytes + sucref_i_params_of(&l).weight;
    b->root = root; b->offset = (const int32_t *)offset; b->norm = norm;
    for (t = 0; t + 1U < o->m->n_stops; t++, offset += l.n_out, norm += l.n_out) {
        const uint8_t *p;
        sucref_model_stop(&s, o->m, t);
        p = sucref_i_bounds_of(o->m, &s, l.n_out);
        root[t] = p != NULL ? sucref_i_u32(p) : 0;
        for (r = 0; p != NULL && r < l.n_out; r++) {
            offset[r] = sucref_i_u32(p + 4U + 4U * r);
            norm[r] = sucref_i_u32(p + 4U + 4U * (l.n_out + r));
        }
    }
    return b;
}

/* the table of tensors; NULL where each layer reads the vector that the one before it wrote */
static const sucref_tensor_spec *sucref_i_spec_table(sucref_i_room *o)
{
    const sucref_model *m = o->m;
    int chain = m->n_tensors == m->n_layers + 1U;
    sucref_tensor_spec *to;
    sucref_tensor t;
    sucref_layer l;
    unsigned n;
    for (n = 0; n < m->n_tensors; n++) {
        sucref_model_tensor(&t, m, n);
        chain = chain && t.height == 1 && t.width == 1;
    }
    for (n = 0; n < m->n_layers; n++) {
        sucref_model_layer(&l, m, n);
        chain = chain && SUCREF_I_KIND(&l) == SUCREF_KIND_DENSE && l.from == n && l.to == n + 1U;
    }
    to = chain ? NULL : (sucref_tensor_spec *)sucref_i_take(o, sizeof *to * (uint64_t)m->n_tensors);
    for (n = 0; to != NULL && n < m->n_tensors; n++) {
        sucref_model_tensor(&t, m, n);
        to[n].height = t.height; to[n].width = t.width; to[n].channels = t.channels;
        to[n].zero = t.zero;
        to[n].state = (uint8_t)((t.flags & SUCREF_TENSOR_STATE) != 0);
        to[n].initial = t.initial;
    }
    return to;
}

static void sucref_i_spec_fill(sucref_model_spec *spec, sucref_i_room *o)
{
    const sucref_model *m = o->m;
    const uint32_t entries = (uint32_t)m->n_stops * m->n_groups;
    sucref_layer_spec *layers = (sucref_layer_spec *)sucref_i_take(o, sizeof *layers * (uint64_t)m->n_layers), s;
    sucref_correction *c = (sucref_correction *)sucref_i_take(o, sizeof *c * (uint64_t)entries);
    uint8_t *bits = (uint8_t *)sucref_i_take(o, entries), *in_bits = (uint8_t *)sucref_i_take(o, m->n_stops),
            *answers = NULL, *heads = NULL;
    sucref_layer last;
    unsigned n;
    sucref_model_layer(&last, m, m->n_layers - 1U);
    if (sucref_i_has_heads(m, &last, m->n_layers - 1U)) { heads = (uint8_t *)sucref_i_take(o, m->n_stops); }
    for (n = 0; answers == NULL && n < m->n_stops; n++) {
        sucref_stop t;
        sucref_model_stop(&t, m, n);
        if (t.answer + 1U != m->n_layers) { answers = (uint8_t *)sucref_i_take(o, m->n_stops); break; }
    }
    spec->heads = heads; spec->answers = answers;
    spec->layers = layers; spec->corrections = c; spec->bits = bits; spec->in_bits = in_bits;
    for (n = 0; n < m->n_layers; n++) {
        s = sucref_i_spec_layer(o, n);
        if (layers != NULL) { layers[n] = s; }
    }
    for (n = 0; n < m->n_stops; n++) {
        sucref_stop t;
        sucref_model_stop(&t, m, n);
        if (in_bits != NULL) { in_bits[n] = t.in_bits; }
        if (heads != NULL) { heads[n] = t.head; }
        if (answers != NULL) { answers[n] = t.answer; }
        sucref_i_spec_stop(bits, c, o, n);
        if (bits != NULL) { bits += m->n_groups; c += m->n_groups; }
    }
    spec->tensors = sucref_i_spec_table(o);
    spec->n_tensors = (uint8_t)m->n_tensors;
    spec->exits = sucref_i_spec_exits(o);
    spec->bounds = sucref_i_spec_bounds(o);
    spec->n_layers = (uint8_t)m->n_layers; spec->n_stops = m->n_stops; spec->input_type = m->input_type;
    spec->softmax_shift = m->softmax_shift; spec->softmax_multiplier = m->softmax_multiplier;
    spec->layout = m->layout;
    sucref_model_scales(&spec->scales, m);
}

SUCREF_API size_t sucref_model_spec_of(sucref_model_spec *spec, void *memory, size_t memory_len, const sucref_model *m)
{
    struct sucref_i_pointer_align { char c; void *p; };
    sucref_model_spec t;
    sucref_i_room o = { NULL, NULL, 0 };
    if (m == NULL || (memory != NULL && spec == NULL) || m->usable_stops != m->n_stops) { return 0; }
    o.m = m;
    sucref_i_spec_fill(&t, &o);
    if (o.at > (size_t)-1) { return 0; }
    if (memory == NULL) { return (size_t)o.at; }
    if ((uintptr_t)memory % offsetof(struct sucref_i_pointer_align, p) != 0 || memory_len < o.at) { return 0; }
    o.base = (uint8_t *)memory;
    o.at = 0;
    sucref_i_spec_fill(spec, &o);
    return (size_t)o.at;
}

#ifndef SUCREF_NO_PARITY
/* rows of each protected plane's combinations: twice as many where one needs low + 128 * high */
static uint32_t sucref_i_parity_rows(sucref_i_parity *q, unsigned planes)
{
    const uint32_t rows = q->parts->rows;
    uint32_t k, c, sum = 0;
    unsigned t;
    for (t = 0; t < planes; t++) {
        q->group_rows[t] = rows;
        for (k = 0; k < rows; k++) {
            for (c = 0; c < q->layer->n_in; c++) {
                const int32_t v = sucref_i_combined(q, k, c, t);
                if (v > 127 || v < -127) { q->group_rows[t] = 2U * rows; }
            }
        }
        sum += q->group_rows[t];
    }
    return sum;
}

/* NULL, or what is wrong with a layer's rows on devices */
static const char *sucref_i_bad_parts(const sucref_layer_spec *layer, const sucref_parts *p, unsigned part)
{
    uint32_t most = 0;
    unsigned i;
    if (layer == NULL || p == NULL) { return "parts: NULL"; }
    if (p->n < 1 || p->n > SUCREF_MAX_SHARDS || p->r > (p->n <= 8 ? 4U : 3U) || part >= p->n + p->r ||
        (part >= p->n && p->protect < 1)) {
        return "parts: their number";
    }
    for (i = 0; i < p->n; i++) {
        if (p->row[i] >= p->row[i + 1]) { return "parts: rows"; }
        if (p->row[i + 1] - p->row[i] > most) { most = p->row[i + 1] - p->row[i]; }
    }
    return p->row[0] != 0 || p->row[p->n] != layer->n_out || p->rows != most ? "parts: rows" : NULL;
}

/* what a part's layer shares with the whole one, and what makes its answers plain sums */
static sucref_layer_spec sucref_i_part_layer(const sucref_layer_spec *layer)
{
    static const int32_t multiplier[1] = { 0 };
    static const int8_t exponent[1] = { 31 };
    sucref_layer_spec s = *layer;
    s.bias = NULL;
    s.multiplier = multiplier; s.exponent = exponent;
    s.table = NULL; s.lookup = NULL; s.order = NULL;
    s.act = SUCREF_ACT_NONE; s.requant = SUCREF_REQUANT_FLOOR;
    s.flags = (uint8_t)(SUCREF_LAYER_KEEP | (layer->flags & SUCREF_LAYER_INPUT_ORDER));
    s.in_zero = s.out_zero = s.lo = 0; s.hi = 255; s.slope = 0;
    s.group_rows = s.group_columns = NULL; s.n_groups = 1;
    return s;
}

/* a stop for every plane; bits [stops * groups] */
static void sucref_i_data_part(sucref_layer_spec *s, uint8_t *bits, const sucref_parts *p, unsigned part)
{
    unsigned t;
    s->w += (size_t)p->row[part] * s->n_in;
    if (s->row_shift != NULL) { s->row_shift += p->row[part]; }
    s->n_out = p->row[part + 1] - p->row[part];
    for (t = 0; t < s->n_planes; t++) { bits[t] = (uint8_t)(s->coarse ? s->plan[t] : 8U - sucref_i_bits_below(s, t)); }
}

/* a row group of whole bytes for every protected plane, needed from the stop of its number on */
static void sucref_i_parity_part(sucref_layer_spec *s, uint8_t *bits, sucref_i_parity *q, unsigned planes)
{
    static const uint8_t whole[SUCREF_MAX_PLANES] = { 8 };
    unsigned t;
    s->n_out = sucref_i_parity_rows(q, planes);
    s->w = NULL; s->row_shift = NULL;
    for (t = 0; t < SUCREF_MAX_PLANES; t++) { s->plan[t] = whole[t]; }
    s->n_planes = 1; s->coarse = 0;
    s->group_rows = q->group_rows; s->n_groups = (uint8_t)planes;
    for (t = 0; t < planes * planes; t++) { bits[t] = t % planes <= t / planes ? 8 : 0; }
}

SUCREF_API uint32_t sucref_part_write(uint8_t *out, size_t out_len, const sucref_layer_spec *layer,
                                      const sucref_parts *parts, unsigned part, sucref_fault *fault)
{
    static const uint8_t whole[SUCREF_MAX_PLANES] = { 8, 8, 8, 8, 8, 8, 8, 8 };
    uint8_t bits[SUCREF_MAX_PLANES * SUCREF_MAX_PLANES];
    sucref_i_parity q;
    sucref_layer_spec s;
    sucref_model_spec spec = { NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, 1, SUCREF_INPUT_U8, 0, 0,
                               { { 0, 0 }, { 0, 0 }, { 0, 0 }, 0 }, NULL, 0, 0 };
    const char *bad = sucref_i_bad_parts(layer, parts, part);
    spec.layers = &s;
    if (bad == NULL) {
        s = sucref_i_part_layer(layer);
        bad = sucref_i_bad_layer(NULL, &spec, 0);
    }
    if (bad != NULL) {
        (void)SUCREF_I_FAIL(fault, bad, part);
        return 0;
    }
    spec.bits = bits; spec.in_bits = whole;
    spec.n_stops = s.n_planes;
    if (part < parts->n) {
        sucref_i_data_part(&s, bits, parts, part);
    } else {
        if (parts->protect < s.n_planes) { spec.n_stops = (uint8_t)parts->protect; }
        q.layer = layer; q.parts = parts; q.parity = part - parts->n;
        sucref_i_parity_part(&s, bits, &q, spec.n_stops);
    }
    return sucref_i_write(out, out_len, &spec, part < parts->n ? NULL : &q, 1, fault);
}
#endif /* SUCREF_NO_PARITY */
#endif /* SUCREF_HOST */

#ifdef __cplusplus
}
#endif
#if defined(__GNUC__) && (defined(__thumb__) || defined(__AVR__))
#  pragma GCC diagnostic pop
#endif
#endif /* SUCREF_IMPLEMENTATION */

/*
 * CHANGES
 *     0.1.0   partition, schedule, linear, model (format 1), net, exit (margin, gray zone, certified), dither,
 *             hadamard, qcs, vec, parity, mix, fusion, shards of a model, exchange, writer
 *
 * LICENCE: at your choice, MIT or public domain.
 *
 * Alternative A, MIT. Copyright (c) 2026 the sucref authors. Permission is hereby granted, free of charge, to any
 * person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software
 * without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute,
 * sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so,
 * subject to the following conditions: the above copyright notice and this permission notice shall be included in all
 * copies or substantial portions of the Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND,
 * EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE
 * AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
 * LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
 * SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
 *
 * Alternative B, public domain (unlicense.org). This is free and unencumbered software released into the public
 * domain. Anyone is free to copy, modify, publish, use, compile, sell, or distribute this software, either in source
 * code form or as a compiled binary, for any purpose, commercial or non-commercial, and by any means.
 */
