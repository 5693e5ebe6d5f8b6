/* SPDX-License-Identifier: Apache-2.0 */
/* preload_library.c - the bytes of PRELOAD_BUILT, which make builds first. */
#include "simfs/doors/dm/intercept/preload_library.h"

__asm__(".pushsection .rodata\n"
	".global preload_library\n"
	".global preload_library_end\n"
	"preload_library:\n"
	".incbin \"" PRELOAD_BUILT "\"\n"
	"preload_library_end:\n"
	".byte 0\n"
	".popsection\n");
