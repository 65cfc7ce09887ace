/*
 * The pattern that fills a judge's data: word i depends only on i, all pages differ, and a shift by
 * bytes can be detected. tests/payloads/seal writes it, bytes.c reads it.
 */
#ifndef JUDGE_PATTERN_H
#define JUDGE_PATTERN_H

#define PATTERN_WORD(i) ((uint32_t)(i) * 0x9e3779b1u + 0x7f4a7c15u)

#endif
