/* SPDX-License-Identifier: Apache-2.0 */
/* config_fields.h - the keys of POOL.yaml. */
#ifndef SNAPRIG_DOORS_XAPI_POOL_CONFIG_FIELDS_H
#define SNAPRIG_DOORS_XAPI_POOL_CONFIG_FIELDS_H

#include "simfs/doors/xapi/pool/config.h"

/* For struct pool_config. */
extern const struct field_table config_table;

#endif
