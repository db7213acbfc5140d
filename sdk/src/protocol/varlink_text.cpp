// Writes Varlink interface definitions from the tables. Grammar: https://varlink.org/Interface-Definition
#include <strongroom/protocol/catalogue.h>

#include <algorithm>
#include <vector>

namespace strongroom::protocol {
namespace {

void comment(std::string& out, std::string_view indent, std::string_view text) {
  constexpr std::size_t k_width = 100;
  while (!text.empty()) {
    std::size_t cut = text.size();
    if (cut > k_width) {
      cut = text.rfind(' ', k_width);
      if (cut == std::string_view::npos) cut = text.size();
    }
    out.append(indent).append("# ").append(text.substr(0, cut)).append("\n");
    text.remove_prefix(std::min(text.size(), cut + 1));
  }
}

std::string type_text(const TypeInfo& type);

// A struct in place: no comments inside, one line.
std::string inline_struct(const StructInfo& structure) {
  std::string out = "(";
  for (const auto& field : structure.fields) {
    if (out.size() > 1) out += ", ";
    out.append(field.name).append(": ").append(type_text(*field.type));
  }
  return out + ")";
}

std::string type_text(const TypeInfo& type) {
  std::string out = type.nullable ? "?" : "";
  switch (type.kind) {
    case TypeKind::boolean:
      return out + "bool";
    case TypeKind::integer:
      return out + "int";
    case TypeKind::floating:
      return out + "float";
    case TypeKind::string:
    case TypeKind::secret:
      return out + "string";
    case TypeKind::object:
      return out + "object";
    case TypeKind::list:
      return out + "[]" + type_text(*type.element);
    case TypeKind::map:
      return out + "[string]" + type_text(*type.element);
    case TypeKind::structure:
      if (!type.structure->type_name.empty()) return out.append(type.structure->type_name);
      return out + inline_struct(*type.structure);
    case TypeKind::enumeration:
      if (!type.enum_name.empty()) return out.append(type.enum_name);
      out += "(";
      for (const auto name : type.names) out.append(out.back() == '(' ? "" : ", ").append(name);
      return out + ")";
  }
  return out;
}

void named_struct(std::string& out, const StructInfo& structure) {
  if (structure.fields.empty()) {
    out += "()";
    return;
  }
  out += "(\n";
  for (std::size_t i = 0; i < structure.fields.size(); ++i) {
    const auto& field = structure.fields[i];
    comment(out, "  ", field.documentation);
    out.append("  ").append(field.name).append(": ").append(type_text(*field.type));
    out += i + 1 < structure.fields.size() ? ",\n" : "\n";
  }
  out += ")";
}

// Named types in the order in which they are first met, those they need before them.
class TypeCollector {
 public:
  void of_struct(const StructInfo& structure) {
    for (const auto& field : structure.fields) of_type(*field.type);
  }

  void of_type(const TypeInfo& type) {
    if (type.element) of_type(*type.element);
    if (type.structure) {
      of_struct(*type.structure);
      if (!type.structure->type_name.empty()) add(type.structure->type_name, type);
    }
    if (!type.enum_name.empty()) add(type.enum_name, type);
  }

  const std::vector<const TypeInfo*>& types() const { return types_; }

 private:
  void add(std::string_view name, const TypeInfo& type) {
    if (std::ranges::find(names_, name) != names_.end()) return;
    names_.push_back(name);
    types_.push_back(&type);
  }

  std::vector<std::string_view> names_;
  std::vector<const TypeInfo*> types_;
};

void type_definition(std::string& out, const TypeInfo& type) {
  if (type.structure) {
    out.append("type ").append(type.structure->type_name).append(" ");
    named_struct(out, *type.structure);
  } else {
    out.append("type ").append(type.enum_name).append(" (");
    for (std::size_t i = 0; i < type.names.size(); ++i) out.append(i ? ", " : "").append(type.names[i]);
    out += ")";
  }
  out += "\n\n";
}

std::string error_fields() {
  return "(\n"
         "  # One sentence, safe to show.\n"
         "  message: string,\n"
         "  # The field or object it is about.\n"
         "  subject: ?string,\n"
         "  # Whether the same request may succeed later.\n"
         "  retryable: bool,\n"
         "  # Identity of the request, to find it in the daemon's log.\n"
         "  request_id: int\n"
         ")";
}

}  // namespace

std::string varlink_text(const InterfaceInfo& interface) {
  std::string out;
  comment(out, "", interface.documentation);
  out.append("interface ").append(interface.name).append("\n\n");
  TypeCollector types;
  for (const auto& method : interface.methods) {
    types.of_struct(*method.request);
    types.of_struct(*method.response);
  }
  for (const auto* type : types.types()) type_definition(out, *type);
  for (const auto& method : interface.methods) {
    comment(out, "", method.info->documentation);
    out.append("method ").append(method.info->name);
    named_struct(out, *method.request);
    out += " -> ";
    named_struct(out, *method.response);
    out += "\n\n";
  }
  out.pop_back();
  return out;
}

std::string errors_varlink_text() {
  constexpr std::string_view k_prefix = "io.strongroom.";
  std::string out;
  comment(out, "",
          "The errors of all io.strongroom interfaces. Standard errors (org.varlink.service) carry the same fields in "
          "an object "
          "named 'io.strongroom' beside their own parameter.");
  out += "interface io.strongroom\n\n";
  for (const auto& row : error_table()) {
    if (!row.varlink_name.starts_with(k_prefix)) continue;
    comment(out, "", row.documentation);
    out.append("error ")
        .append(row.varlink_name.substr(k_prefix.size()))
        .append(" ")
        .append(error_fields())
        .append("\n\n");
  }
  out.pop_back();
  return out;
}

std::string_view service_varlink_text() {
  return R"(# The Varlink service interface, offered by every Varlink service.
interface org.varlink.service

# What this service is and which interfaces it has.
method GetInfo() -> (
  vendor: string,
  product: string,
  version: string,
  url: string,
  interfaces: []string
)

# The definition of one of its interfaces.
method GetInterfaceDescription(interface: string) -> (description: string)

# There is no such interface.
error InterfaceNotFound (interface: string)

# The interface has no such method.
error MethodNotFound (method: string)

# The method exists but is not implemented.
error MethodNotImplemented (method: string)

# A parameter is missing, has the wrong type or is out of bounds.
error InvalidParameter (parameter: string)

# The client is not allowed to call the method.
error PermissionDenied ()

# The method streams and must be called with 'more'.
error ExpectedMore ()
)";
}

}  // namespace strongroom::protocol
