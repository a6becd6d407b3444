using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Evaluation;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Questions;
using MedQA.Pipeline.HandingOver;
using MedQA.Pipeline.Results;

namespace MedQA.Pipeline.Queries;

/// <summary>
/// A file that is not stored but made when it is asked for: most have everything of a run's answers and would be as large as these
/// themselves.
/// </summary>
public enum RunExport
{
    /// <summary><c>answers.jsonl</c>: a line for each question, with every sample.</summary>
    Answers,

    /// <summary><c>samples.parquet</c>: a row for each sample.</summary>
    Samples,

    /// <summary><c>inspect.json</c>: an evaluation log of Inspect AI.</summary>
    Inspect,

    /// <summary><c>lm-eval.zip</c>: the files that lm-evaluation-harness writes.</summary>
    Harness,

    /// <summary><c>eee.zip</c>: records of Every Eval Ever.</summary>
    EveryEval,

    /// <summary><c>card.md</c>: a model card.</summary>
    Card,
}

/// <summary>Writes what <see cref="RunExport"/> lists.</summary>
public static class RunExports
{
    private const int FlushAt = 64 * 1024;

    /// <summary>The name of a file.</summary>
    public static string NameOf(RunExport export) => export switch
    {
        RunExport.Answers => "answers.jsonl",
        RunExport.Samples => "samples.parquet",
        RunExport.Inspect => "inspect.json",
        RunExport.Harness => "lm-eval.zip",
        RunExport.EveryEval => "eee.zip",
        RunExport.Card => "card.md",
        _ => throw new ArgumentOutOfRangeException(nameof(export), export, "Unknown file."),
    };

    /// <summary>The name that an evaluation log of Inspect AI must have for its viewer to list it.</summary>
    /// <param name="created">When the run was created.</param>
    /// <param name="questionSet">The question set's name.</param>
    /// <param name="run">The run's id.</param>
    public static string InspectName(DateTimeOffset created, string questionSet, string run) =>
        InspectLog.FileName(created, questionSet, run);

    /// <summary>The file of a name, or <see langword="null"/> where files of this name are stored, or there are none.</summary>
    public static RunExport? Find(string name) =>
        Enum.GetValues<RunExport>().Select(static export => (RunExport?)export).FirstOrDefault(export => NameOf(export!.Value) == name);

    /// <summary>Reads <c>answers.jsonl</c>, question by question in the order of the run.</summary>
    /// <param name="file">The file's content.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="JsonException">The content is something else.</exception>
    public static async IAsyncEnumerable<WholeAnswer> ReadAnswersAsync(
        Stream file, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var lines = JsonSerializer.DeserializeAsyncEnumerable(
            file, ExportJson.Compact.WholeAnswer, topLevelValues: true, cancellationToken);
        await foreach (var line in lines)
        {
            yield return line ?? throw new JsonException("A line of answers.jsonl is null.");
        }
    }

    internal static async Task WriteAnswersAsync(
        IAsyncEnumerable<(Question Question, AnsweredQuestion Answer, AnswerRow Row)> answers,
        Stream file,
        CancellationToken cancellationToken)
    {
        var lines = new ArrayBufferWriter<byte>(2 * FlushAt);
        await using var json = new Utf8JsonWriter(lines, new JsonWriterOptions { Encoder = ExportJson.Compact.Options.Encoder });
        await foreach (var (question, answer, _) in answers)
        {
            JsonSerializer.Serialize(json, new WholeAnswer(question, answer), ExportJson.Compact.WholeAnswer);
            json.Reset();
            lines.Write("\n"u8);
            if (lines.WrittenCount >= FlushAt)
            {
                await file.WriteAsync(lines.WrittenMemory, cancellationToken);
                lines.ResetWrittenCount();
            }
        }

        await file.WriteAsync(lines.WrittenMemory, cancellationToken);
    }

    internal static async Task WriteSamplesAsync(
        IAsyncEnumerable<(Question Question, AnsweredQuestion Answer, AnswerRow Row)> answers,
        Stream file,
        CancellationToken cancellationToken)
    {
        await using var table = await ParquetTable<SampleRow>.CreateAsync(SampleTable.Columns, file, cancellationToken);
        await foreach (var (_, answer, row) in answers)
        {
            foreach (var reasoning in answer.Reasonings)
            {
                await table.AddAsync(new SampleRow(row, reasoning), cancellationToken);
            }
        }

        await table.CompleteAsync(cancellationToken);
    }
}

/// <summary>A line of <c>answers.jsonl</c>.</summary>
/// <param name="Question">The question as it was asked.</param>
/// <param name="Answer">Its answer with every sample.</param>
public sealed record WholeAnswer(Question Question, AnsweredQuestion Answer);

/// <summary>
/// The JSON of <c>answers.jsonl</c>: as the API returns one question. Unlike stored answers, it includes derived
/// fields (agreement, whether it is right).
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(EnumNameConverter<SampleEnd>), typeof(FiniteNumberConverter)])]
[JsonSerializable(typeof(WholeAnswer))]
internal sealed partial class ExportJson : JsonSerializerContext
{
    /// <summary>Writes text as it is instead of escaping everything outside ASCII: the file is no markup, and half as long.</summary>
    public static ExportJson Compact =>
        field ??= new(new JsonSerializerOptions(Default!.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
