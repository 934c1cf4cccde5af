// SPDX-License-Identifier: Apache-2.0
// 128-bit integers for products of two 64-bit quantities, spelled once so that -Wpedantic stays on.
#pragma once

namespace eastwest {

__extension__ typedef __int128 Wide;
__extension__ typedef unsigned __int128 UnsignedWide;

}  // namespace eastwest
