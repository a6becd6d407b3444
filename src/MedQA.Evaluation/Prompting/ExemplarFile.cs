using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Prompting;

/// <summary>A set of worked examples as people write it: JSON, the answer as a letter.</summary>
internal static class ExemplarFile
{
    public static ExemplarSet Read(Stream json, string sourceName)
    {
        var content = JsonSerializer.Deserialize(json, ExemplarFileJson.Default.Content) ?? throw new JsonException($"{sourceName} is empty.");
        return new ExemplarSet(content.Name, content.Description, [.. content.Exemplars.Select((entry, index) => Exemplar(entry, $"{content.Name}-{index + 1}", sourceName))]);
    }

    private static Exemplar Exemplar(Entry entry, string id, string sourceName)
    {
        var answer = entry.Answer is [var letter] ? OptionLetter.IndexOf(letter) : null;
        if ((entry.Answer is not null && answer is null) || answer >= entry.Options.Length || (answer is null && entry.Options.Length > 0))
        {
            throw new JsonException($"{sourceName}: {id} has {entry.Options.Length} options and the answer \"{entry.Answer}\".");
        }

        return new Exemplar { Id = id, Text = entry.Question, Context = entry.Context, Options = [.. entry.Options], Answer = answer, Explanation = entry.Explanation };
    }

    internal sealed record Content(string Name, string Description, Entry[] Exemplars);

    internal sealed record Entry(string Question, string[] Options, string Explanation, string? Answer = null, string? Context = null);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ExemplarFile.Content))]
internal sealed partial class ExemplarFileJson : JsonSerializerContext;
