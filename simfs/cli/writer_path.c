/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/writer_path.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/log.h"

bool writer_path_is_right(const struct writer_spec *writer)
{
	const char *what = writer->kind == WRITER_HOOK ? "hook" : "mount point";
	struct stat facts;

	if (writer->kind == WRITER_SIMULATED)
		return true;
	if (stat(writer->path, &facts) < 0)
		log_error_of(-errno, "cannot add the writer: %s '%s': %s (path= names it)", what,
			writer->path, error_text(-errno));
	else if (writer->kind == WRITER_HOOK && !S_ISREG(facts.st_mode))
		log_error_of(
			-EINVAL, "cannot add the writer: hook '%s' is no program", writer->path);
	else if (writer->kind == WRITER_HOOK && access(writer->path, X_OK) < 0)
		log_error_of(-EACCES,
			"cannot add the writer: hook '%s' is no program that may be run "
			"(chmod +x '%s')",
			writer->path, writer->path);
	else
		return true;
	return false;
}
