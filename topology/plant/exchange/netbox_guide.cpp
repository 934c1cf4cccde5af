// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/exchange/netbox_guide.hpp"

namespace eastwest {

std::string netbox_guide(NetBoxDialect dialect) {
  const bool mappings = dialect == NetBoxDialect::v4_6;
  return std::string("A site for NetBox ") + (mappings ? "4.5 and later" : "4.3 and 4.4") +
         ", written by `eastwest export --format netbox`\n\n"
         "Import the files in the order of their numbers, with the comma as delimiter (not \"auto-detect\"):\n"
         " 00 custom fields: Customization > Custom Fields > Import. First of all: later files have `cf_eastwest_...` columns.\n"
         " 01 sites, 02 locations, 03 manufacturers, 04 rack roles, 05 rack types, 06 racks\n"
         " 07 device types: one YAML file a model, Devices > Device Types > Import, format YAML\n"
         " 08 module types, 09 device roles, 10 devices, 11 modules\n"
         " 12 rear ports, 13 front ports, 14 interfaces: what device types do not bring\n"
         " 15 inventory items, 16 cables\n\n"
         "A number that is not there has nothing to import. Manufacturers come before rack types, which name one.\n"
         "Device types " +
         (mappings ? "say which front port belongs to which rear port under `port-mappings` (NetBox 4.5 and later; for older ones export\n"
                     "with --dialect 4.4)"
                   : "say within each front port to which rear port it belongs (NetBox 4.4 and older; for newer ones export with\n"
                     "--dialect 4.6)") +
         ".\nCables name the site of each side, which NetBox has taken since 4.3.\n\n"
         "`eastwest import netbox FOLDER -o SITE` reads these files, or exports of the same objects from NetBox, back into a site.\n";
}

}  // namespace eastwest
