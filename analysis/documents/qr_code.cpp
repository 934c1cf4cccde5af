// SPDX-License-Identifier: Apache-2.0
#include "analysis/documents/qr_code.hpp"

#include <qrencode.h>

#include <memory>

namespace eastwest {

Result<QrCode> qr_code(std::string_view text) {
  const std::string shown(text.substr(0, 40));
  if (text.empty() || text.find('\0') != std::string_view::npos)
    return Error{"a QR code cannot hold an empty text or a zero byte", "give the cable an id of letters and digits"};
  const std::string terminated(text);
  const std::unique_ptr<QRcode, void (*)(QRcode*)> code(QRcode_encodeString(terminated.c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1),
                                                        QRcode_free);
  if (code == nullptr) return Error{"no QR code can hold `" + shown + "...`", "give the cable a shorter id"};
  QrCode result;
  result.size = static_cast<std::uint32_t>(code->width);
  result.black.resize(static_cast<std::size_t>(result.size) * result.size);
  for (std::size_t i = 0; i < result.black.size(); ++i) result.black[i] = code->data[i] & 1;
  return result;
}

std::string qr_path(const QrCode& code) {
  std::string path;
  for (std::uint32_t y = 0; y < code.size; ++y) {
    std::uint32_t x = 0;
    std::uint32_t pen = 0;
    bool open = false;
    while (x < code.size) {
      std::uint32_t run = x;
      while (run < code.size && code.black[y * code.size + run] != 0) ++run;
      if (run == x) {
        ++x;
        continue;
      }
      if (!open) path += "M" + std::to_string(x) + " " + std::to_string(y) + ".5";
      else path += "m" + std::to_string(x - pen) + " 0";
      path += "h" + std::to_string(run - x);
      open = true;
      pen = x = run;
    }
  }
  return path;
}

}  // namespace eastwest
