/* SPDX-License-Identifier: Apache-2.0 */
/*
 * one_line.h - whether a text is what the little languages of the rig are written in.
 *
 * Rules and writers are one line of UTF-8: they are shown in JSON, which has no
 * other text, and in tables, which a control character would break.
 */
#ifndef SNAPRIG_BASE_ONE_LINE_H
#define SNAPRIG_BASE_ONE_LINE_H

/*
 * Returns 0; -EINVAL when TEXT has a control character other than a tab, whose
 * column, from 1, is in *RET_COLUMN; or -EILSEQ when it is no UTF-8.
 */
int one_line_check(const char *text, unsigned *ret_column);

#endif
