// SPDX-License-Identifier: Apache-2.0
// Link loss: what the optical margin of a link does to the frames on it, for optics of the catalogue and for links without a name.
//
// The steps margin -> bit error rate -> codewords -> frames, their sources and golden figures stand in margin.hpp and
// forward_error_correction.hpp; here they are chosen for a link. Units: dB, probability.
// LIMITATIONS: a link whose optics are not in the catalogue counts as PAM4 with RS(544,514) from 100 Gb/s on, as NRZ with RS(528,514) below.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/quantity.hpp"
#include "topology/catalogue.hpp"
#include "topology/plant/forward_error_correction.hpp"
#include "topology/plant/margin.hpp"

namespace eastwest {

/// How a link protects its bits, and what its receivers make of the light.
struct LinkCoding {
  Receiver receiver;  // before the code that decides on frames
  Receiver module;    // before any code, where error rates are read; another one with an inner code only
  FecCode code = FecCode::kp4;
  std::uint32_t interleaved = 2;  // codewords
};

/// Of a medium as Cable::medium names it, at a line rate; `exponent` is `plant.margin_exponent` of the site.
LinkCoding link_coding(const Catalogue& catalogue, std::string_view medium, BitRate rate, double exponent = 1);
/// As the module counts it.
double pre_fec_ber_at_margin(double margin_db, const LinkCoding& coding);
/// The inverse, for error rates that were measured; at and below the receiver's floor the margin of the floor.
double margin_at_pre_fec_ber(double ber, const LinkCoding& coding);
/// Of a frame of `frame` bytes, preamble and gap not counted, to 30 bits.
double frame_loss_at_margin(double margin_db, const LinkCoding& coding, Bytes frame);
/// The inverse, for frame losses that were measured: the least margin that loses no more, from -20 dB to where the receiver's floor is.
double margin_at_frame_loss(double loss, const LinkCoding& coding, Bytes frame);

}  // namespace eastwest
