/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xapi_module.h - the part of the program that speaks HTTP, XAPI's door and its client: a file of
 * its own, which is loaded by whoever needs it.
 *
 * The libraries it brings along are 30, and to link them takes four times as long as all the rest
 * of a start.  The file lies beside the program of a build (xapi.so), or where `make install` has
 * put it (../lib/snaprig/xapi.so).  It has of the program what it does not contain itself, so
 * there is one of each function and of each variable.
 */
#ifndef SNAPRIG_BASE_XAPI_MODULE_H
#define SNAPRIG_BASE_XAPI_MODULE_H

/*
 * The module's function NAME, loaded once and for as long as the process lives; NULL after a
 * message: the file is missing, is of another build, or lacks a library.
 */
void *xapi_module_find(const char *name);

/* The same, of the type that a header has for it. */
#define XAPI_MODULE(function) ((typeof(function) *)xapi_module_find(#function))

#endif
