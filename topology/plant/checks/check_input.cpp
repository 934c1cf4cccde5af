// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/checks/check_input.hpp"

#include <cmath>

namespace eastwest {

HeadroomBands CheckInput::bands() const {
  HeadroomBands bands;
  bands.warn_below_mmf = {std::llround(settings.headroom_multimode * 1e3)};
  bands.warn_below_smf = {std::llround(settings.headroom_single_mode * 1e3)};
  return bands;
}

std::string CheckInput::vendor_of(const Node& node) const {
  if (node.kind == NodeKind::host) {
    const ServerModel* model = catalogue.find_server(fabric.hosts[node.detail].model);
    return model == nullptr ? "" : model->vendor;
  }
  const SwitchModel* model = catalogue.find_switch(fabric.switches[node.detail].model);
  return model == nullptr ? "" : model->vendor;
}

}  // namespace eastwest
