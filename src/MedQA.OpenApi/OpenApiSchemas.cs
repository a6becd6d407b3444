using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Strategies;
using MedQA.Files;

namespace MedQA.OpenApi;

/// <summary>The schemas of the JSON types, one for each type, with the types' documentation comments.</summary>
internal sealed partial class OpenApiSchemas
{
    private readonly SortedDictionary<string, JsonNode> _schemas = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Type> _types = [];
    private readonly HashSet<string> _sent = [];
    private readonly Dictionary<Assembly, Dictionary<string, XElement>> _documentation = [];

    /// <summary>Returns a reference to the schema of a type, or for a list the schema of the list.</summary>
    /// <param name="shape">The type.</param>
    /// <param name="isSent">Whether callers send it. They may omit what has a default, which responses never do.</param>
    public JsonNode Reference(JsonTypeInfo shape, bool isSent = false) => shape.GetJsonSchemaAsNode(new JsonSchemaExporterOptions
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = (context, node) => Transform(context, node, isSent),
    });

    /// <summary>Returns all schemas by name.</summary>
    public JsonObject ToJson() =>
        new(_schemas.Select(static schema => KeyValuePair.Create(schema.Key, (JsonNode?)schema.Value.DeepClone())));

    private JsonNode Transform(JsonSchemaExporterContext context, JsonNode node, bool isSent)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (type == typeof(Profile))
        {
            // A custom converter writes it.
            Add(nameof(Profile), type, ProfileSchema(), isSent);
            node = ToComponent(type);
        }
        else if (type.IsEnum)
        {
            // A custom converter writes it, too.
            Add(type.Name, type, new JsonObject { ["type"] = "string", ["enum"] = Names(type) }, isSent);
            node = ToComponent(type);
        }
        else if (type == typeof(OptionSet))
        {
            // A custom converter writes it: the letters of options, in order.
            node = new JsonObject { ["type"] = "string", ["pattern"] = "^[A-Z]{1,26}$" };
        }
        else if (NumberFormat(type) is { } format)
        {
            // NaN and infinity are written as null. Only likelihoods and numbers in lists can have these values.
            var canBeNone = type == typeof(double)
                && (context.PropertyInfo is not { } property || property.Name.EndsWith("Likelihood", StringComparison.Ordinal));
            var name = type == typeof(double) ? "number" : "integer";
            node = new JsonObject { ["type"] = canBeNone ? new JsonArray(name, "null") : name, ["format"] = format };
        }
        else if (node is JsonObject { } repeated && (string?)repeated["$ref"] is { } place
            && !place.StartsWith("#/components/", StringComparison.Ordinal))
        {
            // The exporter refers to the place in its own tree where it met the type first.
            node = context.TypeInfo.Kind == JsonTypeInfoKind.Object ? ToComponent(type) : Reference(context.TypeInfo, isSent);
        }
        else if (context.TypeInfo.Kind == JsonTypeInfoKind.Object && node is JsonObject { } shape && shape.ContainsKey("properties"))
        {
            shape["type"] = "object";
            // A nullable structure has the properties of the structure.
            Require(shape, context.TypeInfo.Type == type ? context.TypeInfo : context.TypeInfo.Options.GetTypeInfo(type), isSent);
            Add(type.Name, type, shape.DeepClone().AsObject(), isSent);
            node = ToComponent(type);
        }
        else if (node is JsonObject { } other && other["type"] is JsonArray { } types)
        {
            // A missing value is omitted, not null.
            other["type"] = types.Single(static name => (string)name! != "null")!.DeepClone();
        }

        if (context.TypeInfo is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } element }
            && node is JsonObject { } list && !list.ContainsKey("items"))
        {
            // The exporter describes no items that a custom converter writes.
            list["items"] = Reference(context.TypeInfo.Options.GetTypeInfo(element), isSent);
        }

        if (node is JsonObject { } usual && usual.ContainsKey("default") && usual["default"] is null)
        {
            usual.Remove("default");
        }

        if (context.PropertyInfo?.AttributeProvider is MemberInfo member && Text(member) is { } text)
        {
            node = node is JsonObject ? node : new JsonObject();
            node["description"] = text;
        }

        return node;
    }

    private void Add(string name, Type type, JsonObject schema, bool isSent)
    {
        if (_types.TryGetValue(name, out var known) && known != type)
        {
            throw new InvalidOperationException($"{known} and {type} would have one schema. Give one of them another name.");
        }

        _types[name] = type;
        if (Text(type.Assembly, $"T:{NameOf(type)}") is { } about)
        {
            schema["description"] = about;
        }

        // A type of both requests and responses is described as callers may send it.
        if (isSent)
        {
            _sent.Add(name);
        }

        if (isSent || !_sent.Contains(name))
        {
            _schemas[name] = schema;
        }
    }

    /// <summary>Lists the required properties: in responses all that cannot be null, in requests those that the type requires.</summary>
    private static void Require(JsonObject shape, JsonTypeInfo type, bool isSent)
    {
        JsonNode[] required =
        [
            .. type.Properties
                .Where(static property => property.Get is not null && !IsLeftOut(property.AttributeProvider) && !property.IsGetNullable
                    && Nullable.GetUnderlyingType(property.PropertyType) is null)
                .Select(static property => property.Name)
                .Where(name => !isSent || shape["required"] is JsonArray demanded && demanded.Any(other => (string)other! == name))
                .Select(static name => (JsonNode)name),
        ];
        shape.Remove("required");
        if (required.Length > 0)
        {
            shape["required"] = new JsonArray(required);
        }
    }

    private static bool IsLeftOut(ICustomAttributeProvider? member) =>
        member?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true)
            is [JsonIgnoreAttribute { Condition: JsonIgnoreCondition.WhenWritingDefault }];

    private static JsonArray Names(Type type) =>
        new([.. Enum.GetNames(type).Select(static name => (JsonNode)JsonNamingPolicy.CamelCase.ConvertName(name))]);

    private static string? NumberFormat(Type type) => Type.GetTypeCode(type) switch
    {
        _ when type.IsEnum => null,
        TypeCode.Double => "double",
        TypeCode.Int64 => "int64",
        TypeCode.Int32 => "int32",
        _ => null,
    };

    private static JsonObject ToComponent(Type type) => new() { ["$ref"] = $"#/components/schemas/{type.Name}" };

    /// <summary>
    /// Returns the schema of a profile: its fields and, as in the list of profiles, its strategy's, each declared by the property of the
    /// same name, and what the service adds.
    /// </summary>
    private JsonObject ProfileSchema()
    {
        using var document = JsonDocument.Parse(CanonicalJson.Of(BuiltInProfiles.Default));
        using var listed = JsonDocument.Parse(CanonicalJson.Catalog([BuiltInProfiles.Default], static _ => false));
        var (properties, nullability) = (new JsonObject(), new NullabilityInfoContext());
        foreach (var field in listed.RootElement[0].EnumerateObject())
        {
            if (OfService(field.Name) is { } known)
            {
                properties[field.Name] = known;
                continue;
            }

            var name = string.Concat(field.Name[..1].ToUpperInvariant(), field.Name.AsSpan(1));
            var property = typeof(Profile).GetProperty(name) ?? typeof(Strategy).GetProperty(name)
                ?? throw new InvalidOperationException($"The profile's field {field.Name} is no property.");
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            var schema = type switch
            {
                _ when NumberFormat(type) is { } format =>
                    new JsonObject { ["type"] = type == typeof(double) ? "number" : "integer", ["format"] = format },
                _ when type == typeof(bool) => OfType("boolean"),
                _ when type == typeof(ImmutableArray<string>) => new JsonObject { ["type"] = "array", ["items"] = OfType("string") },
                _ when field.Value.ValueKind == JsonValueKind.Array => new JsonObject { ["type"] = "array", ["items"] = OfType("object") },
                _ when nullability.Create(property).ReadState == NullabilityState.Nullable => OfType(new JsonArray("string", "null")),
                _ => OfType("string"),
            };
            schema["description"] = Text(property);
            properties[field.Name] = schema;
        }

        return new JsonObject
        {
            ["type"] = "object",
            ["required"] = new JsonArray([.. document.RootElement.EnumerateObject().Select(static field => (JsonNode)field.Name)]),
            ["properties"] = properties,
        };
    }

    /// <summary>Returns the schema of what a service adds to a profile; <see langword="null"/> for the fields of profiles.</summary>
    private static JsonObject? OfService(string field) => field switch
    {
        "hash" => new JsonObject
        {
            ["type"] = "string",
            ["description"] = "Identifies the profile's content; the parameter `profileHash` takes it.",
        },
        "stored" => new JsonObject
        {
            ["type"] = "boolean",
            ["description"] = "In lists: whether callers have stored it, and can delete it.",
        },
        _ => null,
    };

    private static JsonObject OfType(JsonNode type) => new() { ["type"] = type };

    private string? Text(MemberInfo member) =>
        Text(member.DeclaringType!.Assembly, $"P:{NameOf(member.DeclaringType)}.{member.Name}")
        ?? Parameter(member.DeclaringType, member.Name);

    private string? Text(Assembly assembly, string key) =>
        Documentation(assembly).TryGetValue(key, out var entry) && entry.Element("summary") is { } summary ? Plain(summary) : null;

    /// <summary>Returns what a record documents about the parameter that declares a property.</summary>
    private string? Parameter(Type type, string name) =>
        Documentation(type.Assembly).TryGetValue($"T:{NameOf(type)}", out var entry)
            && entry.Elements("param").FirstOrDefault(param => (string?)param.Attribute("name") == name) is { } text
            ? Plain(text)
            : null;

    private Dictionary<string, XElement> Documentation(Assembly assembly)
    {
        if (!_documentation.TryGetValue(assembly, out var known))
        {
            known = IsOurs(assembly) ? Read(Path.ChangeExtension(assembly.Location, ".xml")) : [];
            _documentation[assembly] = known;
        }

        return known;
    }

    private static bool IsOurs(Assembly assembly) => assembly.GetName().Name!.StartsWith("MedQA.", StringComparison.Ordinal);

    private static Dictionary<string, XElement> Read(string path)
    {
        using var content = RegularFile.Open(path);
        return XElement.Load(content).Descendants("member").ToDictionary(static member => (string)member.Attribute("name")!);
    }

    private static string NameOf(Type type) => type.FullName!.Replace('+', '.');

    private static string Plain(XElement element)
    {
        var copy = new XElement(element);
        foreach (var part in copy.Descendants().Where(static part => part.IsEmpty).ToList())
        {
            // Its text is an attribute: keywords and addresses are kept, and members are named as in the JSON.
            var name = part.Attributes()
                .FirstOrDefault(static attribute => attribute.Name.LocalName is "cref" or "name" or "langword" or "href")
                ?? throw new InvalidOperationException($"{part} says nothing that a description could have.");
            var last = name.Name.LocalName == "cref" ? name.Value.Split('(')[0].Split('.', ':')[^1] : name.Value;
            var isField = name.Name.LocalName == "name"
                || (name.Name.LocalName == "cref" && !name.Value.StartsWith("T:", StringComparison.Ordinal));
            part.ReplaceWith(isField ? JsonNamingPolicy.CamelCase.ConvertName(last) : last);
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
