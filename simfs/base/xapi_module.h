/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xapi_module.h - loads the part of the program that speaks HTTP (XAPI's door and its client) on
 * demand, from a file of its own.
 *
 * It depends on 30 libraries, and linking them takes four times as long as the rest of a start.
 * The file is next to the program of a build (xapi.so), or where `make install` puts it
 * (../lib/snaprig/xapi.so).  It uses the program's functions and variables for everything else, so
 * each exists only once.
 */
#ifndef SNAPRIG_BASE_XAPI_MODULE_H
#define SNAPRIG_BASE_XAPI_MODULE_H

/*
 * The module's function NAME.  The module is loaded once, for the life of the process.  Returns
 * NULL after a message if the file is missing, is from another build, or lacks a library.
 */
void *xapi_module_find(const char *name);

/* The same, with the type that a header declares. */
#define XAPI_MODULE(function) ((typeof(function) *)xapi_module_find(#function))

#endif
