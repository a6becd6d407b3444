using System.Text.Json;
using MedQA.Evaluation;

namespace MedQA.Inference.Models;

/// <summary>A value in one of a model's JSON files that knows its place, so that errors can name it.</summary>
internal readonly struct ModelJson
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64 };

    private ModelJson(JsonElement element, string file, string where)
    {
        Element = element;
        File = file;
        Where = where;
    }

    public JsonElement Element { get; }

    public string File { get; }

    /// <summary>The place within the file, for example <c>model.merges[3]</c>; empty for the root.</summary>
    public string Where { get; }

    public bool IsObject => Element.ValueKind == JsonValueKind.Object;

    public bool IsArray => Element.ValueKind == JsonValueKind.Array;

    public bool IsString => Element.ValueKind == JsonValueKind.String;

    /// <summary>Returns the root object of a file's bytes.</summary>
    public static ModelJson Parse(ReadOnlyMemory<byte> utf8, string file)
    {
        if (utf8.Span.StartsWith("\uFEFF"u8))
        {
            utf8 = utf8[3..];
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8, Options);
        }
        catch (JsonException exception)
        {
            var line = exception.LineNumber is { } number ? $" at line {number + 1}" : "";
            throw new UnusableException(
                file,
                $"it is not valid JSON{line} ({utf8.Length:N0} bytes), perhaps cut off",
                "Fetch the file again",
                exception);
        }

        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new UnusableException(
                file,
                $"it holds {Describe(document.RootElement)} where an object is expected",
                "Fetch the file again");
        }

        return new(document.RootElement, file, "");
    }

    /// <summary>Returns the root object of a file, or <see langword="null"/> if there is no such file.</summary>
    public static ModelJson? Read(string path)
    {
        if (!System.IO.File.Exists(path))
        {
            return null;
        }

        return Parse(ModelFile.ReadAllBytes(path), path);
    }

    /// <summary>Returns a member that may be absent or null.</summary>
    public ModelJson? Find(string name)
    {
        try
        {
            return IsObject && Element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
                ? new(value, File, Where.Length == 0 ? name : $"{Where}.{name}")
                : null;
        }
        catch (InvalidOperationException)
        {
            // Any name of the object can be the one: they are unescaped only when they are compared.
            throw NamedBadly();
        }
    }

    /// <summary>Returns a required member.</summary>
    public ModelJson Get(string name) => Find(name) ?? throw Damaged($"has no \"{name}\"");

    /// <summary>Returns the elements of an array.</summary>
    public IEnumerable<ModelJson> Items()
    {
        if (!IsArray)
        {
            throw Damaged($"is {Describe(Element)} where a list is expected");
        }

        var index = 0;
        foreach (var item in Element.EnumerateArray())
        {
            yield return new(item, File, $"{Where}[{index++}]");
        }
    }

    /// <summary>Returns the members of an object.</summary>
    public IEnumerable<(string Name, ModelJson Value)> Members()
    {
        if (!IsObject)
        {
            throw Damaged($"is {Describe(Element)} where an object is expected");
        }

        foreach (var property in Element.EnumerateObject())
        {
            string name;
            try
            {
                name = property.Name;
            }
            catch (InvalidOperationException)
            {
                throw NamedBadly();
            }

            yield return (name, new(property.Value, File, $"{Where}.{name}"));
        }
    }

    private UnusableException NamedBadly() => Damaged("has a name that is not valid text");

    public string Text()
    {
        if (!IsString)
        {
            throw Damaged($"is {Describe(Element)} where a text is expected");
        }

        try
        {
            return Element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Damaged("is text that is not valid Unicode");
        }
    }

    public int Integer() =>
        Element.ValueKind == JsonValueKind.Number && Element.TryGetInt32(out var value)
            ? value
            : throw Damaged($"is {Describe(Element)} where a whole number is expected");

    public bool Flag() => Element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Damaged($"is {Describe(Element)} where true or false is expected"),
    };

    public UnusableException Damaged(string problem) =>
        new(File, Where.Length == 0
            ? $"it {problem}"
            : $"\"{Where}\" {problem}", "Fetch the file again, or correct it");

    private static string Describe(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number that does not fit",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
