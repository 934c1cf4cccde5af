// SPDX-License-Identifier: Apache-2.0
#include <chakra_et.pb.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <limits>

#include "workloads/imports/chakra_trace.hpp"

namespace eastwest {

namespace {

using google::protobuf::io::CodedInputStream;

ChakraAttribute from_wire(const chakra::Attribute& wire) {
  ChakraAttribute attribute;
  attribute.name = wire.name();
  const auto integer = [&](auto value) { attribute.value = static_cast<std::int64_t>(value); };
  switch (wire.value_case()) {
    case chakra::Attribute::kDoubleVal: attribute.value = wire.double_val(); break;
    case chakra::Attribute::kFloatVal: attribute.value = static_cast<double>(wire.float_val()); break;
    case chakra::Attribute::kInt32Val: integer(wire.int32_val()); break;
    case chakra::Attribute::kInt64Val: integer(wire.int64_val()); break;
    case chakra::Attribute::kUint32Val: integer(wire.uint32_val()); break;
    case chakra::Attribute::kUint64Val: integer(wire.uint64_val()); break;
    case chakra::Attribute::kSint32Val: integer(wire.sint32_val()); break;
    case chakra::Attribute::kSint64Val: integer(wire.sint64_val()); break;
    case chakra::Attribute::kFixed32Val: integer(wire.fixed32_val()); break;
    case chakra::Attribute::kFixed64Val: integer(wire.fixed64_val()); break;
    case chakra::Attribute::kSfixed32Val: integer(wire.sfixed32_val()); break;
    case chakra::Attribute::kSfixed64Val: integer(wire.sfixed64_val()); break;
    case chakra::Attribute::kBoolVal: attribute.value = wire.bool_val(); break;
    case chakra::Attribute::kBoolList:
      attribute.value = std::vector<bool>(wire.bool_list().values().begin(), wire.bool_list().values().end());
      break;
    case chakra::Attribute::kStringVal: attribute.value = wire.string_val(); break;
    case chakra::Attribute::VALUE_NOT_SET: break;
  }
  return attribute;
}

void to_wire(const ChakraAttribute& attribute, chakra::Attribute& wire) {
  wire.set_name(attribute.name);
  if (const auto* integer = std::get_if<std::int64_t>(&attribute.value)) {
    // The widths that readers of the format ask for by name.
    if (attribute.name == "comm_src" || attribute.name == "comm_dst" || attribute.name == "comm_tag")
      wire.set_int32_val(static_cast<std::int32_t>(*integer));
    else wire.set_int64_val(*integer);
  } else if (const auto* real = std::get_if<double>(&attribute.value)) {
    wire.set_double_val(*real);
  } else if (const auto* boolean = std::get_if<bool>(&attribute.value)) {
    wire.set_bool_val(*boolean);
  } else if (const auto* text = std::get_if<std::string>(&attribute.value)) {
    wire.set_string_val(*text);
  } else if (const auto* booleans = std::get_if<std::vector<bool>>(&attribute.value)) {
    for (const bool value : *booleans) wire.mutable_bool_list()->add_values(value);
  }
}

ChakraNode from_wire(const chakra::Node& wire) {
  ChakraNode node;
  node.id = wire.id();
  node.name = wire.name();
  node.type = wire.type();
  node.dependencies.assign(wire.ctrl_deps().begin(), wire.ctrl_deps().end());
  node.dependencies.insert(node.dependencies.end(), wire.data_deps().begin(), wire.data_deps().end());
  node.duration_micros = wire.duration_micros();
  node.inputs = wire.inputs().values();
  for (const chakra::Attribute& attribute : wire.attr()) node.attributes.push_back(from_wire(attribute));
  return node;
}

/// One message behind its length, or false.
template <class Message>
bool read_message(CodedInputStream& in, Message& message) {
  std::uint32_t length = 0;
  if (!in.ReadVarint32(&length) || length > static_cast<std::uint32_t>(std::numeric_limits<int>::max())) return false;
  const auto limit = in.PushLimit(static_cast<int>(length));
  // With fewer bytes in the file than announced, the end of the file ends the message early.
  const bool whole = in.BytesUntilLimit() == static_cast<int>(length) && message.ParseFromCodedStream(&in) && in.BytesUntilLimit() == 0;
  in.PopLimit(limit);
  return whole;
}

template <class Message>
void append_message(const Message& message, std::string& bytes) {
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  out.WriteVarint32(static_cast<std::uint32_t>(message.ByteSizeLong()));
  message.SerializeToCodedStream(&out);
}

}  // namespace

ChakraTrace read_chakra(std::string_view bytes, InputErrors& errors) {
  ChakraTrace trace;
  const auto refuse = [&](std::string message, std::string remedy) { errors.error(0, 0, std::move(message), std::move(remedy)); };
  if (bytes.empty()) refuse("the file is empty", "give a Chakra execution trace in protobuf form");
  else if (bytes.starts_with("\x1f\x8b")) refuse("the file is compressed with gzip", "unpack it first: `gunzip FILE`");
  else if (bytes.starts_with("{"))
    refuse("the file is JSON; only the protobuf form of Chakra is read", "convert it with Chakra's own tools");
  else if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) refuse("the file is larger than 2 GiB", "split it");
  if (errors.any()) return trace;
  CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  in.SetTotalBytesLimit(std::numeric_limits<int>::max());
  const auto left = [&] { return in.CurrentPosition() < static_cast<int>(bytes.size()); };
  const auto broken = [&](std::size_t number, int begin) {
    refuse("message " + std::to_string(number) + ", which begins at byte " + std::to_string(begin) +
               ", is cut off or no part of a Chakra trace",
           "give a Chakra execution trace in protobuf form, whole");
  };
  chakra::GlobalMetadata metadata;
  if (!read_message(in, metadata)) {
    broken(0, 0);
    return trace;
  }
  trace.version = metadata.version();
  for (const chakra::Attribute& attribute : metadata.attr()) trace.attributes.push_back(from_wire(attribute));
  while (left()) {
    const int begin = in.CurrentPosition();
    chakra::Node node;
    if (!read_message(in, node)) {
      broken(trace.nodes.size() + 1, begin);
      return trace;
    }
    trace.nodes.push_back(from_wire(node));
  }
  return trace;
}

std::string write_chakra(const ChakraTrace& trace) {
  std::string bytes;
  chakra::GlobalMetadata metadata;
  metadata.set_version(trace.version);
  for (const ChakraAttribute& attribute : trace.attributes) to_wire(attribute, *metadata.add_attr());
  append_message(metadata, bytes);
  for (const ChakraNode& node : trace.nodes) {
    chakra::Node wire;
    wire.set_id(node.id);
    wire.set_name(node.name);
    wire.set_type(node.type);
    for (const std::uint64_t dependency : node.dependencies) wire.add_data_deps(dependency);
    wire.set_duration_micros(node.duration_micros);
    if (!node.inputs.empty()) wire.mutable_inputs()->set_values(node.inputs);
    for (const ChakraAttribute& attribute : node.attributes) to_wire(attribute, *wire.add_attr());
    append_message(wire, bytes);
  }
  return bytes;
}

}  // namespace eastwest
