/*
 * The pattern that fills a judge's data: word i is known from i alone, no two pages are alike,
 * and the low bits do not hide a shift by bytes. tests/payloads/seal writes it, bytes.c reads it.
 */
#ifndef JUDGE_PATTERN_H
#define JUDGE_PATTERN_H

#define PATTERN_WORD(i) ((uint32_t)(i) * 0x9e3779b1u + 0x7f4a7c15u)

#endif
