using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using MedQA.Evaluation.Profiles;

namespace MedQA.Web.Tests.Catalog;

/// <summary>The schemas of the types whose JSON answers are, one for each type, with the types' own documentation.</summary>
internal sealed partial class OpenApiSchemas
{
    private readonly SortedDictionary<string, JsonNode> _schemas = new(StringComparer.Ordinal);
    private readonly Dictionary<Assembly, Dictionary<string, XElement>> _documentation = [];

    /// <summary>A reference to the schema of a type; a list is the schema of its items' list.</summary>
    public JsonNode Reference(JsonTypeInfo shape) => shape.GetJsonSchemaAsNode(new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform });

    /// <summary>All of them by name.</summary>
    public JsonObject ToJson() => new(_schemas.Select(static schema => KeyValuePair.Create(schema.Key, (JsonNode?)schema.Value.DeepClone())));

    private JsonNode Transform(JsonSchemaExporterContext context, JsonNode node)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (type == typeof(Profile))
        {
            // Written by a converter of its own. Its fields are read from a profile that has all of them.
            _schemas[nameof(Profile)] = ProfileSchema();
            node = new JsonObject { ["$ref"] = $"#/components/schemas/{nameof(Profile)}" };
        }
        else if (type.IsEnum)
        {
            // Written by a converter of its own, too. A value that may be missing is left out, and no null.
            node = new JsonObject { ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(static name => (JsonNode)JsonNamingPolicy.CamelCase.ConvertName(name)), .. IsOptional(context) ? [null] : (JsonNode?[])[]]) };
        }
        else if (node is JsonObject { } repeated && (string?)repeated["$ref"] is { } place && !place.StartsWith("#/components/", StringComparison.Ordinal))
        {
            // The exporter refers to the first place in its own tree where it met a type.
            node = context.TypeInfo.Kind == JsonTypeInfoKind.Object || Nullable.GetUnderlyingType(context.TypeInfo.Type) is not null ? ToComponent(type, IsOptional(context)) : Reference(context.TypeInfo);
        }
        else if (context.TypeInfo.Kind == JsonTypeInfoKind.Object && node is JsonObject { } shape && shape.ContainsKey("properties"))
        {
            var optional = shape["type"] is JsonArray;
            shape["type"] = "object";
            LeaveOptionalOut(shape, context.TypeInfo);
            if (Text(type.Assembly, $"T:{NameOf(type)}") is { } about)
            {
                shape["description"] = about;
            }

            _schemas[type.Name] = shape.DeepClone();
            node = ToComponent(type, optional);
        }

        if (context.PropertyInfo?.AttributeProvider is MemberInfo member && Text(member) is { } text)
        {
            node = node is JsonObject ? node : new JsonObject();
            node["description"] = text;
        }

        return node;
    }

    /// <summary>What can be null is left out where it is: no contract of this interface writes null.</summary>
    private static void LeaveOptionalOut(JsonObject shape, JsonTypeInfo type)
    {
        if (shape["required"] is not JsonArray required)
        {
            return;
        }

        var optional = type.Properties.Where(static property => property.IsGetNullable || Nullable.GetUnderlyingType(property.PropertyType) is not null).Select(static property => property.Name).ToHashSet();
        JsonNode[] kept = [.. required.Where(name => !optional.Contains((string)name!)).Select(static name => name!.DeepClone())];
        shape["required"] = new JsonArray(kept);
        if (kept.Length == 0)
        {
            shape.Remove("required");
        }
    }

    private static bool IsOptional(JsonSchemaExporterContext context) => Nullable.GetUnderlyingType(context.TypeInfo.Type) is not null || context.PropertyInfo is { IsGetNullable: true };

    private static JsonObject ToComponent(Type type, bool optional)
    {
        var reference = new JsonObject { ["$ref"] = $"#/components/schemas/{type.Name}" };
        return optional ? new JsonObject { ["anyOf"] = new JsonArray(reference, new JsonObject { ["type"] = "null" }) } : reference;
    }

    private static JsonObject ProfileSchema()
    {
        using var document = JsonDocument.Parse(CanonicalJson.Of(BuiltInProfiles.All[0]));
        var properties = new JsonObject();
        foreach (var field in document.RootElement.EnumerateObject())
        {
            properties[field.Name] = field.Value.ValueKind switch
            {
                JsonValueKind.Number => new JsonObject { ["type"] = "number" },
                JsonValueKind.String or JsonValueKind.Null => new JsonObject { ["type"] = new JsonArray("string", "null") },
                JsonValueKind.Array => new JsonObject { ["type"] = "array" },
                var kind => throw new InvalidOperationException($"The profile's field {field.Name} is of kind {kind}."),
            };
        }

        return new JsonObject
        {
            ["description"] = "How a run asks its questions; docs/profiles.md describes every field.",
            ["type"] = "object",
            ["required"] = new JsonArray([.. properties.Select(static field => (JsonNode)field.Key)]),
            ["properties"] = properties,
        };
    }

    private string? Text(MemberInfo member) =>
        Text(member.DeclaringType!.Assembly, $"P:{NameOf(member.DeclaringType)}.{member.Name}")
        ?? Parameter(member.DeclaringType, member.Name);

    private string? Text(Assembly assembly, string key) => Documentation(assembly).TryGetValue(key, out var entry) && entry.Element("summary") is { } summary ? Plain(summary) : null;

    /// <summary>What a record says about a parameter that is also a property.</summary>
    private string? Parameter(Type type, string name) =>
        Documentation(type.Assembly).TryGetValue($"T:{NameOf(type)}", out var entry) && entry.Elements("param").FirstOrDefault(param => (string?)param.Attribute("name") == name) is { } text ? Plain(text) : null;

    private Dictionary<string, XElement> Documentation(Assembly assembly)
    {
        if (!_documentation.TryGetValue(assembly, out var known))
        {
            var path = Path.ChangeExtension(assembly.Location, ".xml");
            known = File.Exists(path) ? XDocument.Load(path).Descendants("member").ToDictionary(static member => (string)member.Attribute("name")!) : [];
            _documentation[assembly] = known;
        }

        return known;
    }

    private static string NameOf(Type type) => type.FullName!.Replace('+', '.');

    private static string Plain(XElement element)
    {
        var copy = new XElement(element);
        foreach (var reference in copy.Descendants().Where(static part => part.Attribute("cref") is not null || part.Attribute("langword") is not null).ToList())
        {
            var name = (string?)reference.Attribute("langword") ?? ((string)reference.Attribute("cref")!)[2..];
            name = name[(name.LastIndexOf('.') + 1)..];
            reference.ReplaceWith(reference.Attribute("langword") is null ? JsonNamingPolicy.CamelCase.ConvertName(name) : name);
        }

        foreach (var code in copy.Descendants("c").ToList())
        {
            code.ReplaceWith($"`{code.Value}`");
        }

        return Blanks().Replace(copy.Value, " ").Trim();
    }

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Blanks();
}
