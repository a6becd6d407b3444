using System.Text.Json;
using MedQA.Datasets.Json;
using MedQA.Datasets.Sources;
using MedQA.Datasets.Tables;
using MedQA.Evaluation;
using JsonShape = MedQA.Datasets.Json.JsonShape;

namespace MedQA.Datasets.Reading;

/// <summary>
/// Reads the list that says which of PubMedQA's labelled records are its test questions, with their decisions
/// (<c>test_ground_truth.json</c>).
/// </summary>
internal static class DecisionList
{
    /// <summary>Reads the list.</summary>
    /// <param name="stream">The file, from the stream's current position; not closed.</param>
    /// <param name="options">Its name and limits.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The decision (yes, no or maybe) by id.</returns>
    /// <exception cref="InputException">The file is not such a list.</exception>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(
        Stream stream, QuestionSetOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        await using var file = await SourceFile.OpenAsync(stream, options, cancellationToken);
        var decisions = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var (key, json, line) in JsonStream.ValuesAsync(file, JsonShape.Labels, list: null, options, cancellationToken))
        {
            using (json)
            {
                if (json.RootElement.ValueKind != JsonValueKind.String
                    || key is null
                    || !decisions.TryAdd(key, JsonText.Of(json.RootElement)!))
                {
                    throw new InputException(
                        options.FileName,
                        $"the list of decisions has an entry that is not text, or a duplicate id ('{Excerpt.Of(key ?? "")}').",
                        line);
                }

                if (decisions.Count > options.MaxRows)
                {
                    throw new InputException(options.FileName, $"the list has more than {options.MaxRows:N0} entries (MaxRows).", line);
                }
            }
        }

        return decisions;
    }
}
