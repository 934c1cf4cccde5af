// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>

#include "sim/trace/hdf5_handles.hpp"

namespace eastwest::hdf5 {

namespace {

constexpr std::uint64_t kReadElementsMax = 1ull << 28;  // 2 GiB of 8-byte values in one call

bool is_number(hid_t dataset) {
  Handle type(H5Dget_type(dataset));
  const H5T_class_t kind = H5Tget_class(type.get());
  return (kind == H5T_INTEGER || kind == H5T_FLOAT) && H5Tget_size(type.get()) <= 8;
}

}  // namespace

Result<File> File::open(const std::string& path) {
  silence();
  Handle access(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_file_locking(access.get(), false, true);  // a run may still be writing it
  auto handles = std::make_unique<Handles>();
  handles->path = path;
  handles->file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get());
  if (handles->file < 0) return failure("cannot read", path);
  return File(std::move(handles));
}

bool File::has(const std::string& path) const {
  silence();
  // H5Lexists wants every group on the way to exist.
  for (std::size_t end = path.find('/', 1); end != std::string::npos; end = path.find('/', end + 1))
    if (H5Lexists(handles_->file, path.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return false;
  return H5Lexists(handles_->file, path.c_str(), H5P_DEFAULT) > 0;
}

Result<Shape> File::shape(const std::string& path) const {
  silence();
  Handle dataset(H5Dopen2(handles_->file, path.c_str(), H5P_DEFAULT));
  Handle space(dataset.valid() ? H5Dget_space(dataset.get()) : -1);
  const int rank = space.valid() ? H5Sget_simple_extent_ndims(space.get()) : -1;
  if (rank < 0) return failure("cannot read " + path + " of", handles_->path);
  if (rank > 2) return Error{path + " of " + handles_->path + " has " + std::to_string(rank) + " dimensions; a trace has at most 2", {}};
  hsize_t dims[2] = {1, 0};
  if (rank > 0) H5Sget_simple_extent_dims(space.get(), dims, nullptr);
  return Shape{dims[0], rank == 2 ? dims[1] : 0};
}

Result<std::uint64_t> File::check_read(const std::string& path, std::uint64_t first, std::uint64_t count) const {
  const Result<Shape> shape = this->shape(path);
  if (!shape) return shape.error();
  if (first > shape->rows || count > shape->rows - first)
    return Error{path + " of " + handles_->path + " has " + std::to_string(shape->rows) + " rows; row " + std::to_string(first + count) +
                     " was wanted",
                 {}};
  const std::uint64_t width = std::max<std::uint64_t>(shape->width, 1);
  if (count > kReadElementsMax / width) return Error{path + " of " + handles_->path + " is too large to read at once", {}};
  return count * width;
}

Status File::read_into(const std::string& path, std::uint64_t first, std::uint64_t count, ElementType type, void* data) const {
  silence();
  if (count == 0) return Done{};
  Handle dataset(H5Dopen2(handles_->file, path.c_str(), H5P_DEFAULT));
  if (!is_number(dataset.get())) return Error{path + " of " + handles_->path + " does not hold numbers", {}};
  Handle place(H5Dget_space(dataset.get()));
  const int rank = H5Sget_simple_extent_ndims(place.get());
  hsize_t dims[2] = {1, 0};
  if (rank > 0) H5Sget_simple_extent_dims(place.get(), dims, nullptr);
  const hsize_t start[2] = {first, 0};
  const hsize_t extent[2] = {count, dims[1]};
  Handle memory(rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(rank, extent, nullptr));
  if (rank > 0) H5Sselect_hyperslab(place.get(), H5S_SELECT_SET, start, nullptr, extent, nullptr);
  if (H5Dread(dataset.get(), memory_type(type), memory.get(), place.get(), H5P_DEFAULT, data) < 0)
    return failure("cannot read " + path + " of", handles_->path);
  return Done{};
}

Result<std::vector<std::string>> File::read_texts(const std::string& path) const {
  silence();
  const Result<Shape> shape = this->shape(path);
  if (!shape) return shape.error();
  Handle dataset(H5Dopen2(handles_->file, path.c_str(), H5P_DEFAULT));
  Handle type(H5Dget_type(dataset.get()));
  if (shape->width != 0 || H5Tget_class(type.get()) != H5T_STRING || H5Tis_variable_str(type.get()) > 0)
    return Error{path + " of " + handles_->path + " does not hold texts of fixed size", {}};
  const std::size_t size = H5Tget_size(type.get());
  if (size == 0 || shape->rows > kReadElementsMax / size)
    return Error{path + " of " + handles_->path + " is too large to read at once", {}};
  std::string bytes(size * shape->rows, '\0');
  Handle memory = text_type(size);
  if (shape->rows > 0 && H5Dread(dataset.get(), memory.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0)
    return failure("cannot read " + path + " of", handles_->path);
  std::vector<std::string> values;
  values.reserve(shape->rows);
  for (std::size_t i = 0; i < shape->rows; ++i) {
    const std::string_view value(bytes.data() + i * size, size);
    values.emplace_back(value.substr(0, value.find('\0')));
  }
  return values;
}

Result<std::string> File::read_text_attribute(const std::string& name) const {
  silence();
  Handle attribute(H5Aopen_by_name(handles_->file, "/", name.c_str(), H5P_DEFAULT, H5P_DEFAULT));
  if (!attribute.valid()) return failure("cannot read attribute " + name + " of", handles_->path);
  Handle type(H5Aget_type(attribute.get()));
  Handle space(H5Aget_space(attribute.get()));
  if (H5Tget_class(type.get()) != H5T_STRING || H5Tis_variable_str(type.get()) <= 0 || H5Sget_simple_extent_npoints(space.get()) != 1)
    return Error{"attribute " + name + " of " + handles_->path + " is not a text", {}};
  Handle memory(H5Tcopy(H5T_C_S1));
  H5Tset_size(memory.get(), H5T_VARIABLE);
  H5Tset_cset(memory.get(), H5T_CSET_UTF8);
  char* text = nullptr;
  if (H5Aread(attribute.get(), memory.get(), &text) < 0) return failure("cannot read attribute " + name + " of", handles_->path);
  std::string copy(text == nullptr ? "" : text);
  H5free_memory(text);
  return copy;
}

namespace {

template <class T>
Result<T> read_number_attribute(hid_t file, const std::string& path, const std::string& name, ElementType type) {
  silence();
  Handle attribute(H5Aopen_by_name(file, "/", name.c_str(), H5P_DEFAULT, H5P_DEFAULT));
  if (!attribute.valid()) return failure("cannot read attribute " + name + " of", path);
  Handle stored(H5Aget_type(attribute.get()));
  Handle space(H5Aget_space(attribute.get()));
  const H5T_class_t kind = H5Tget_class(stored.get());
  if ((kind != H5T_INTEGER && kind != H5T_FLOAT) || H5Sget_simple_extent_npoints(space.get()) != 1)
    return Error{"attribute " + name + " of " + path + " is not a number", {}};
  T value{};
  if (H5Aread(attribute.get(), memory_type(type), &value) < 0) return failure("cannot read attribute " + name + " of", path);
  return value;
}

}  // namespace

Result<std::int64_t> File::read_integer_attribute(const std::string& name) const {
  return read_number_attribute<std::int64_t>(handles_->file, handles_->path, name, ElementType::i64);
}
Result<double> File::read_real_attribute(const std::string& name) const {
  return read_number_attribute<double>(handles_->file, handles_->path, name, ElementType::f64);
}

}  // namespace eastwest::hdf5
