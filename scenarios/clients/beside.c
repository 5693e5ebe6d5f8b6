/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/beside.h"

#include <string.h>

#include "scenarios/base/files.h"
#include "scenarios/clients/clients.h"
#include "scenarios/format/failure.h"
#include "simfs/base/cleanup.h"

bool lies_beside_scenarios(const char *path)
{
	AUTO(auto_free) char *text = file_text(path);

	return text &&
	       (client_is_meant(text, strlen(text)) || failure_is_meant(text, strlen(text)));
}
