using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MedQA.Evaluation.Rating;

/// <summary>The rubrics that come with the assembly (the folder <c>rubrics</c>), and the reader of others.</summary>
public static class Rubrics
{
    private const string ResourcePrefix = "rubrics/";
    private const int MaxAxes = 40;
    private const int MaxChoices = 9;
    private const int MaxTextLength = 1000;

    private static readonly Lazy<ImmutableArray<Rubric>> Embedded = new(static () =>
    [
        .. typeof(Rubrics).Assembly.GetManifestResourceNames().Where(
            static name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(static name =>
        {
            using var resource = typeof(Rubrics).Assembly.GetManifestResourceStream(name)!;
            var content = new byte[resource.Length];
            resource.ReadExactly(content);
            return Read(content);
        }),
    ]);

    /// <summary>Every one, by name.</summary>
    public static ImmutableArray<Rubric> All => Embedded.Value;

    /// <summary>Returns the rubric of a name, or <see langword="null"/>.</summary>
    public static Rubric? Find(string name) => All.FirstOrDefault(rubric => rubric.Name == name);

    /// <summary>Reads a rubric.</summary>
    /// <param name="utf8">Its JSON.</param>
    /// <exception cref="InputException">It is not a rubric; the message says why.</exception>
    public static Rubric Read(ReadOnlySpan<byte> utf8)
    {
        JsonElement json;
        try
        {
            json = JsonElement.Parse(utf8);
        }
        catch (JsonException exception)
        {
            throw new InputException($"The rubric is not JSON: {JsonShape.PlaceOf(exception)}.");
        }

        if (JsonShape.FaultOf(json, RubricJson.Default.Rubric) is { } unread)
        {
            throw new InputException(new FaultLocation(Field: unread.Path), unread.Sentence("The rubric"));
        }

        var rubric = json.Deserialize(RubricJson.Default.Rubric)!;
        return Fault(rubric) is { } wrong ? throw new InputException(wrong) : rubric;
    }

    /// <summary>Returns a rubric as JSON.</summary>
    public static byte[] Write(Rubric rubric) => JsonSerializer.SerializeToUtf8Bytes(rubric, RubricJson.Readable.Rubric);

    private static string? Fault(Rubric rubric)
    {
        if (!IsName(rubric.Name))
        {
            return "name must have lower-case letters, digits and hyphens, at most 64.";
        }

        if (rubric.Axes.IsDefaultOrEmpty || rubric.Axes.Length > MaxAxes)
        {
            return $"axes must be 1 to {MaxAxes}.";
        }

        if (!IsText(rubric.Title) || rubric.Description is null || rubric.Description.Length > MaxTextLength)
        {
            return $"title and description must be texts of at most {MaxTextLength} characters.";
        }

        return rubric.Axes.GroupBy(static axis => axis?.Id).FirstOrDefault(static same => same.Count() > 1)
            is { } twice ? $"Two axes have the id '{twice.Key}'."
            : rubric.Axes.Select(axis => Fault(axis, rubric.Compares)).FirstOrDefault(static fault => fault is not null);
    }

    private static string? Fault(RubricAxis axis, bool compares)
    {
        if (axis is null || !IsName(axis.Id))
        {
            return $"Axis '{axis?.Id}': its id must have lower-case letters, digits and hyphens, at most 64.";
        }

        if (!IsText(axis.Title) || !IsText(axis.Definition))
        {
            return $"Axis '{axis.Id}' needs a title and a definition of at most {MaxTextLength} characters.";
        }

        if (axis.Choices.IsDefault || axis.Choices.Length is < 2 or > MaxChoices)
        {
            return $"Axis '{axis.Id}' needs 2 to {MaxChoices} choices.";
        }

        if (axis.Choices.Any(static choice => choice is null))
        {
            return $"Axis '{axis.Id}' has a choice that is null.";
        }

        if (axis.Choices.FirstOrDefault(
            static choice => !IsName(choice.Id) || !IsText(choice.Label) || choice.Definition?.Length > MaxTextLength) is { } bad)
        {
            return $"Axis '{axis.Id}', choice '{bad.Id}': its id must have lower-case letters, digits and hyphens, and its label must "
                + "not be empty.";
        }

        if (axis.Choices.Select(static choice => choice.Id).Distinct(StringComparer.Ordinal).Count() != axis.Choices.Length)
        {
            return $"Axis '{axis.Id}' has two choices with the same id.";
        }

        if (compares
            && !(axis.Choices.Any(static choice => choice.Id == "first") && axis.Choices.Any(static choice => choice.Id == "second")))
        {
            return $"Axis '{axis.Id}' compares two answers: it needs the choices first and second.";
        }

        return axis.Favourable.IsDefaultOrEmpty || axis.Favourable.Any(known => axis.Choices.All(choice => choice.Id != known))
            ? $"Axis '{axis.Id}': favourable must name one or more of its choices."
            : null;
    }

    private static bool IsName(string? text) =>
        text is { Length: > 0 and <= 64 }
            && text.All(static letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-');

    private static bool IsText(string? text) => !string.IsNullOrWhiteSpace(text) && text.Length <= MaxTextLength;
}

/// <summary>How rubrics are written: camelCase; a field that no rubric has, or that comes twice, is an error.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    WriteIndented = true,
    NewLine = "\n")]
[JsonSerializable(typeof(Rubric))]
internal sealed partial class RubricJson : JsonSerializerContext
{
    public static RubricJson Readable =>
        field ??= new RubricJson(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
