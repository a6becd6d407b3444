using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Profiles;

/// <summary>Worked examples as people write them: JSON, the answer as a letter.</summary>
internal static class ExemplarFile
{
    /// <summary>Reads a set.</summary>
    /// <exception cref="JsonException">It is none; the message names the source and the example.</exception>
    public static ExemplarSet Read(Stream json, string sourceName)
    {
        var content =
            JsonSerializer.Deserialize(json, ExemplarFileJson.Default.Content) ?? throw new JsonException($"{sourceName} is empty.");
        return new ExemplarSet(content.Name, content.Description, All(content.Exemplars, content.Name, sourceName + ": "))
        {
            Authors = content.Authors is { } authors ? People(authors, false, $"{sourceName}: \"authors\": ") : null,
            Reviewers = content.Reviewers is { } reviewers ? People(reviewers, true, $"{sourceName}: \"reviewers\": ") : null,
        };
    }

    /// <summary>Reads a list of examples within other JSON.</summary>
    /// <exception cref="JsonException">One of them cannot be used.</exception>
    public static ImmutableArray<Exemplar> ReadAll(JsonElement list) =>
        All(list.Deserialize(ExemplarFileJson.Default.EntryArray) ?? [], "example", "");

    /// <summary>Reads a list of people within other JSON.</summary>
    /// <param name="list">The list.</param>
    /// <param name="canBeEmpty">Whether it can say that there is nobody.</param>
    /// <exception cref="JsonException">It is none; the message names the entry.</exception>
    public static ImmutableArray<ExemplarPerson> ReadPeople(JsonElement list, bool canBeEmpty) => People(list, canBeEmpty, "");

    /// <summary>Writes people as <see cref="ReadPeople"/> reads them.</summary>
    public static void Write(Utf8JsonWriter writer, IEnumerable<ExemplarPerson> people)
    {
        writer.WriteStartArray();
        foreach (var person in people)
        {
            writer.WriteStartObject();
            writer.WriteString("name", person.Name);
            writer.WriteBoolean("clinician", person.Clinician);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>Writes an example as <see cref="ReadAll"/> reads it.</summary>
    public static void Write(Utf8JsonWriter writer, Exemplar exemplar)
    {
        writer.WriteStartObject();
        writer.WriteString("id", exemplar.Id);
        writer.WriteString("question", exemplar.Text);
        writer.WriteString("context", exemplar.Context);
        writer.WriteStartArray("options");
        foreach (var option in exemplar.Options)
        {
            writer.WriteStringValue(option);
        }

        writer.WriteEndArray();
        writer.WriteString("answer", exemplar.Answer is { } answer ? OptionLetter.Of(answer).ToString() : null);
        writer.WriteString("explanation", exemplar.Explanation);
        writer.WriteEndObject();
    }

    private static ImmutableArray<ExemplarPerson> People(JsonElement list, bool canBeEmpty, string source)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException($"{source}it is no list.");
        }

        var count = list.GetArrayLength();
        if (count > ExemplarPerson.MostNamed)
        {
            throw new JsonException($"{source}it has {count} entries.");
        }

        if (count == 0 && !canBeEmpty)
        {
            throw new JsonException($"{source}it is empty, but somebody wrote the examples; null means that it is not known who.");
        }

        return [.. list.EnumerateArray().Select((entry, index) => Person(entry, $"{source}entry {index + 1}"))];
    }

    private static ExemplarPerson Person(JsonElement entry, string place)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException($"{place} is no object.");
        }

        foreach (var field in entry.EnumerateObject())
        {
            if (field.Name is not ("name" or "clinician"))
            {
                throw new JsonException($"{place} has the field \"{field.Name}\", which is neither \"name\" nor \"clinician\".");
            }
        }

        if (!entry.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String)
        {
            throw new JsonException($"{place} has no \"name\" that is a text.");
        }

        if (!entry.TryGetProperty("clinician", out var clinician) || clinician.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            throw new JsonException($"{place} does not say whether it is a clinician: \"clinician\" must be true or false.");
        }

        var person = new ExemplarPerson(name.GetString()!, clinician.GetBoolean());
        return ExemplarPerson.FaultOfName(person.Name) is { } fault ? throw new JsonException($"{place} {fault}.") : person;
    }

    private static ImmutableArray<Exemplar> All(Entry?[] entries, string setName, string source) =>
        [.. entries.Select(
            (entry, index) =>
                Exemplar(entry ?? throw new JsonException($"{source}{setName}-{index + 1} is null."), $"{setName}-{index + 1}", source))];

    private static Exemplar Exemplar(Entry entry, string defaultId, string source)
    {
        var id = entry.Id ?? defaultId;
        var options = entry.Options ?? [];
        var answer = entry.Answer is [var letter] ? OptionLetter.IndexOf(letter) : null;
        if (options.Length > OptionLetter.MaxOptions
            || (options.Length == 0 ? entry.Answer is not null : answer is null || answer >= options.Length))
        {
            throw new JsonException(
                $"{source}{id} has {options.Length} options and the answer \"{entry.Answer}\", which must be the letter of one of them.");
        }

        if (string.IsNullOrWhiteSpace(entry.Question))
        {
            throw new JsonException($"{source}{id} has an empty question.");
        }

        return new Exemplar
        {
            Id = id,
            Text = entry.Question,
            Context = entry.Context,
            Options = [.. options],
            Answer = answer,
            Explanation = entry.Explanation ?? ""
        };
    }

    internal sealed record Content(
        string Name,
        string Description,
        Entry[] Exemplars,
        JsonElement? Authors = null,
        JsonElement? Reviewers = null);

    internal sealed record Entry(
        string Question,
        string? Id = null,
        string[]? Options = null,
        string? Explanation = null,
        string? Answer = null,
        string? Context = null);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ExemplarFile.Content))]
internal sealed partial class ExemplarFileJson : JsonSerializerContext;
