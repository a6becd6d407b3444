using System.Text.Json;
using MedQA.Datasets.Answers;
using MedQA.Datasets.Sources;

namespace MedQA.Datasets.Tables;

/// <summary>
/// Records of PubMedQA: a question about an abstract that is given in parts, answered yes, no or maybe. Published by PMID with names in
/// capitals; copies have the parts one level deeper.
/// </summary>
internal static class PubMedQaRecord
{
    /// <summary>What a question of PubMedQA is answered with.</summary>
    public static IReadOnlyList<string> Decisions { get; } = ["yes", "no", "maybe"];

    /// <summary>Returns whether a text is one of <see cref="Decisions"/>.</summary>
    public static bool IsDecision(string text) => Decisions.Contains(text.Trim(), StringComparer.OrdinalIgnoreCase);

    /// <summary>Returns whether an object has the parts of an abstract, no options, and no answer but a decision.</summary>
    public static bool Matches(JsonElement record) =>
        Member(record, "question") is not null && Contexts(record) is not null
        && HeaderNames.Options.All(name => Member(record, name) is null)
        && (Member(record, "final_decision") is not null || OtherAnswers.All(name => Member(record, name) is null));

    private static readonly string[] OtherAnswers = [.. HeaderNames.Answer, .. HeaderNames.OtherAnswer, "reference_answers", "reference"];

    /// <summary>Returns the record of an object that matches; the abstract's parts are joined by blank lines.</summary>
    public static SourceRecord Read(JsonElement value, string? key, int line, int number) => new()
    {
        Line = line,
        Number = number,
        Id = key ?? Text(value, "pubid") ?? Text(value, "pmid") ?? Text(value, "id"),
        Dataset = Text(value, "dataset"),
        Text = Text(value, "question"),
        Context = string.Join("\n\n", Contexts(value)!.Value.EnumerateArray().Select(JsonText.Of)),
        Options = Decisions,
        Gold = [new GoldClaim("final_decision", Text(value, "final_decision") ?? "", AnswerNotations.Text)],
        Metadata =
        [
            .. value.EnumerateObject()
                .Where(static property => !HeaderNames.IsOf(HeaderNames.Plain(JsonText.NameOf(property)), Parts))
                .Select(static property => KeyValuePair.Create(
                    MetadataReading.NameOf(JsonText.NameOf(property)), JsonText.Of(property.Value) ?? "")),
        ],
    };

    private static readonly string[] Parts =
        ["question", "contexts", "context", "final_decision", "long_answer", "pubid", "pmid", "id", "dataset"];

    private static JsonElement? Contexts(JsonElement record) => Member(record, "contexts") switch
    {
        { ValueKind: JsonValueKind.Array } parts => parts,
        null when Member(record, "context") is { ValueKind: JsonValueKind.Object } context
            && Member(context, "contexts") is { ValueKind: JsonValueKind.Array } parts => parts,
        _ => null,
    };

    private static string? Text(JsonElement record, string name) => Member(record, name) is { } value ? JsonText.Of(value) : null;

    private static JsonElement? Member(JsonElement record, string name)
    {
        foreach (var property in record.EnumerateObject())
        {
            if (HeaderNames.Plain(JsonText.NameOf(property)) == HeaderNames.Plain(name))
            {
                return property.Value;
            }
        }

        return null;
    }
}
