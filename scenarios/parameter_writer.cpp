// SPDX-License-Identifier: Apache-2.0
#include "scenarios/parameter_writer.hpp"

#include "scenarios/scenario_parts.hpp"
#include "scenarios/yaml_document.hpp"

namespace eastwest {

namespace {

std::string rack_text(const std::string& rack) { return rack.empty() || rack == "A01" ? "" : ", rack: " + yaml_scalar(rack); }

void write_graph(ParameterWriter& writer, int depth, const ExplicitGraph& graph) {
  if (!graph.hosts.empty()) writer.key(depth, "hosts");
  for (const ExplicitGraph::HostEntry& host : graph.hosts)
    writer.line(depth + 1, "- {name: " + yaml_scalar(host.name) + ", gpus: " + std::to_string(host.gpus) + rack_text(host.rack) + "}");
  if (!graph.switches.empty()) writer.key(depth, "switches");
  for (const ExplicitGraph::SwitchEntry& node : graph.switches)
    writer.line(depth + 1, "- {name: " + yaml_scalar(node.name) + (node.model.empty() ? "" : ", model: " + yaml_scalar(node.model)) +
                               rack_text(node.rack) + (node.ports == 0 ? "" : ", ports: " + std::to_string(node.ports)) + "}");
  if (!graph.links.empty()) writer.key(depth, "links");
  const std::vector<ParameterSpec> specs = graph_link_parameters();
  for (const ExplicitGraph::LinkEntry& link : graph.links) {
    std::string text = "- {a: " + yaml_scalar(link.a) + ", b: " + yaml_scalar(link.b);
    if (link.rate.bits_per_second != 0) text += ", rate: " + to_string(link.rate);
    if (link.delay.ps >= 0) text += ", delay: " + to_string(link.delay);
    if (link.length.mm >= 0) text += ", length: " + to_string(link.length);
    if (link.frame_loss != 0) text += ", frame_loss: " + print_parameter(spec_of(specs, "frame_loss"), link.frame_loss);
    writer.line(depth + 1, text + "}");
  }
}

}  // namespace

void ParameterWriter::key(int depth, std::string_view name) { line(depth, yaml_scalar(name) + ":"); }

void ParameterWriter::value(int depth, const ParameterSpec& spec, std::string_view shown_name, const std::string& text) {
  if (with_comments_) comment(depth, spec);
  line(depth, std::string(shown_name) + ": " + text);
}

void ParameterWriter::parameters(int depth, const ReadParameters& read) {
  std::vector<std::string_view> open;  // groups we are inside of
  for (const ParameterSpec& spec : *read.specs) {
    const ParameterValue* value_of = read.values.find(spec.name);
    if (value_of == nullptr) continue;
    std::vector<std::string_view> parts;
    for (std::string_view rest = spec.name;;) {
      const std::size_t dot = rest.find('.');
      parts.push_back(rest.substr(0, dot));
      if (dot == std::string_view::npos) break;
      rest.remove_prefix(dot + 1);
    }
    std::size_t same = 0;
    while (same < open.size() && same + 1 < parts.size() && open[same] == parts[same]) ++same;
    open.resize(same);
    for (; same + 1 < parts.size(); ++same) {
      key(depth + static_cast<int>(same), parts[same]);
      open.push_back(parts[same]);
    }
    value(depth + static_cast<int>(same), spec, parts.back(), text_of(spec, *value_of));
  }
}

std::string ParameterWriter::text_of(const ParameterSpec& spec, const ParameterValue& value) {
  if (spec.type == ParameterType::text || spec.type == ParameterType::choice) return yaml_scalar(std::get<std::string>(value));
  return print_parameter(spec, value);
}

void ParameterWriter::comment(int depth, const ParameterSpec& spec) {
  std::string text = "# " + std::string(spec.meaning);
  if (!spec.choices.empty()) text += " (" + std::string(spec.choices) + ")";
  if (!spec.source.empty() && spec.source != "eastwest") text += " [" + std::string(spec.source) + "]";
  line(depth, text);
}

const ParameterSpec& spec_of(const std::vector<ParameterSpec>& specs, std::string_view name) {
  for (const ParameterSpec& spec : specs) {
    if (spec.name == name) return spec;
  }
  EASTWEST_CHECK(false, "a parameter that is printed is declared");
  return specs.front();
}

void write_site(ParameterWriter& writer, int depth, const Site& site) {
  writer.line(depth, "topology: " + site.topology);
  writer.parameters(depth, site.parameters);
  writer.key(depth, "plant");
  writer.parameters(depth + 1, site.plant);
  write_graph(writer, depth, site.graph);
}

}  // namespace eastwest
