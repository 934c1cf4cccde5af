// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/link_loss.hpp"

namespace eastwest {

LinkCoding link_coding(const Catalogue& catalogue, std::string_view medium, BitRate rate, double exponent) {
  constexpr std::uint64_t kPam4From = 100'000'000'000;
  LinkCoding coding;
  coding.interleaved = interleaved_codewords(rate);
  if (const OpticModel* optic = catalogue.find_optic(medium)) {
    const Result<FecReading> fec = read_fec(optic->fec);
    coding.receiver = receiver_of(*optic, exponent);
    coding.module = module_receiver_of(*optic, exponent);
    coding.code = fec ? fec->code : FecCode::kp4;  // the catalogue's tests hold every name
    return coding;
  }
  const bool pam4 = rate.bits_per_second >= kPam4From;
  coding.receiver =
      make_receiver(pam4 ? Modulation::pam4 : Modulation::nrz, pam4 ? 2.4e-4 : 5e-5, kOpticalErrorFloor, exponent);  // IEEE 802.3
  coding.module = coding.receiver;
  coding.code = pam4 ? FecCode::kp4 : FecCode::kr4;
  return coding;
}

double pre_fec_ber_at_margin(double margin_db, const LinkCoding& coding) { return ber_of_margin(coding.module, margin_db); }

double margin_at_pre_fec_ber(double ber, const LinkCoding& coding) { return margin_of_ber(coding.module, ber); }

double frame_loss_at_margin(double margin_db, const LinkCoding& coding, Bytes frame) {
  return frame_loss_of_margin(coding.receiver, coding.code, margin_db, frame, coding.interleaved);
}

double margin_at_frame_loss(double loss, const LinkCoding& coding, Bytes frame) {
  double high = margin_of_ber(coding.receiver, coding.receiver.floor_ber);
  double low = -20;
  // Halved to 1e-12 dB: frame loss falls by at most 2 per 0.01 dB where it is worth a measurement.
  for (int round = 0; round < 45; ++round) {
    const double middle = (low + high) / 2;
    (frame_loss_at_margin(middle, coding, frame) > loss ? low : high) = middle;
  }
  return high;
}

}  // namespace eastwest
