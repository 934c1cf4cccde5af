// SPDX-License-Identifier: Apache-2.0
// Link loss: what the optical margin of a link does to the frames on it, in one step: margin -> bit error rate -> codewords -> frames.
//
// Units: dB, probability. The steps, their sources and their golden figures stand in forward_error_correction.hpp and margin.hpp.
// LIMITATIONS: the coding follows from the rate of the link where its optics do not say otherwise.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/quantity.hpp"
#include "topology/catalogue.hpp"

namespace eastwest {

/// How a link protects its bits, and the bit error rate that its receivers' sensitivity is stated for.
struct LinkCoding {
  std::uint32_t symbols = 544;     // of a codeword
  std::uint32_t correctable = 15;  // of them
  std::uint32_t interleaved = 2;   // codewords that a frame's bits go over
  bool pam4 = true;                // else NRZ
  double reference_ber = 2.4e-4;
  double floor_ber = 1e-8;
};

/// Of optics (a catalogue id, or anything else where it is not known) at a line rate.
LinkCoding link_coding(const Catalogue& catalogue, std::string_view medium, BitRate rate);
double pre_fec_ber_at_margin(double margin_db, const LinkCoding& coding);
/// The inverse, for error rates that were measured.
double margin_at_pre_fec_ber(double ber, const LinkCoding& coding);
/// Of a frame of `frame` bytes, preamble and gap not counted.
double frame_loss_at_ber(double ber, const LinkCoding& coding, Bytes frame);
double frame_loss_at_margin(double margin_db, const LinkCoding& coding, Bytes frame);

}  // namespace eastwest
