// SPDX-License-Identifier: Apache-2.0
// Dimension scales: what lets xarray and netCDF readers use a column as a coordinate of its neighbours.
#include <hdf5_hl.h>

#include "sim/trace/hdf5_handles.hpp"

namespace eastwest::hdf5 {

Status File::attach_scale(const std::string& dataset, const std::string& scale, unsigned dimension, const std::string& label) {
  silence();
  Handle scale_set(H5Dopen2(handles_->file, scale.c_str(), H5P_DEFAULT));
  Handle data_set(H5Dopen2(handles_->file, dataset.c_str(), H5P_DEFAULT));
  if (!scale_set.valid() || !data_set.valid())
    return failure("cannot attach the scale " + scale + " to " + dataset + " in", handles_->path);
  bool good = H5DSis_scale(scale_set.get()) > 0 || H5DSset_scale(scale_set.get(), label.c_str()) >= 0;
  if (dataset != scale) good = good && H5DSattach_scale(data_set.get(), scale_set.get(), dimension) >= 0;
  if (!good) return failure("cannot attach the scale " + scale + " to " + dataset + " in", handles_->path);
  return Done{};
}

}  // namespace eastwest::hdf5
