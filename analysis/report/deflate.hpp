// SPDX-License-Identifier: Apache-2.0
// Deflate and base64: how numbers travel inside a page; DecompressionStream("deflate") of every browser since 2023 reads them.
//
// Source: RFC 1950 (zlib format), RFC 4648 (base64). The one file that speaks to zlib. LIMITATIONS: the compressed bytes are the same for the
// same version of zlib only; what they hold always is.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace eastwest {

/// In zlib format; empty when there is no memory for it.
std::string deflated(std::span<const std::uint8_t> bytes);
std::string base64(std::string_view bytes);

}  // namespace eastwest
