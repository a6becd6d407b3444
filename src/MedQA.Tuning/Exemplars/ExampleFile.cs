using System.Collections.Immutable;
using System.Security.Cryptography;
using MedQA.Datasets;
using MedQA.Datasets.Reading;
using MedQA.Evaluation;
using MedQA.Evaluation.Prompting;
using MedQA.Files;

namespace MedQA.Tuning.Exemplars;

/// <summary>
/// A file of exemplars: a question set in any format of <see cref="QuestionSetReader"/> whose rows can all be learned from.
/// </summary>
/// <param name="Path">The file.</param>
/// <param name="Hash">SHA-256 of its bytes, lower-case hexadecimal.</param>
/// <param name="Rows">Its questions and their lines.</param>
internal sealed record ExampleFile(string Path, string Hash, ImmutableArray<AcceptedRow> Rows)
{
    private const int MaxFaultsShown = 20;

    /// <summary>The data sets of its questions.</summary>
    public IEnumerable<string> Datasets => Rows.Select(static row => row.Question.Dataset).Distinct();

    /// <summary>Reads a file, and reports the faults of all rows together.</summary>
    /// <exception cref="InputException">A row cannot be read; the message lists rows by line.</exception>
    /// <exception cref="InputException">The file is not a question set.</exception>
    public static async Task<ExampleFile> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (RegularFile.KindOf(path) == PathKind.Missing)
        {
            throw new InputException($"No such file: {path}.");
        }

        await using var stream = RegularFile.Open(path);
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
        stream.Position = 0;
        var rows = ImmutableArray.CreateBuilder<AcceptedRow>();
        var faults = new List<(int, string)>();
        await foreach (var row in QuestionSetReader.ReadAsync(
            stream, new() { FileName = System.IO.Path.GetFileName(path) }, cancellationToken))
        {
            if (row is AcceptedRow accepted)
            {
                rows.Add(accepted);
            }
            else
            {
                faults.Add((row.Line, ((RejectedRow)row).Reason));
            }
        }

        ThrowIfAny(path, faults);
        return new(path, hash, rows.ToImmutable());
    }

    /// <summary>Encodes its questions, and reports the faults of all rows together.</summary>
    /// <param name="encoding">The encoding.</param>
    /// <param name="room">The maximum number of tokens of prompt and answer.</param>
    /// <exception cref="InputException">A row cannot be learned from; the message lists rows by line.</exception>
    public ImmutableArray<TuningExample> Encode(ExampleEncoding encoding, int room)
    {
        var examples = ImmutableArray.CreateBuilder<TuningExample>(Rows.Length);
        var faults = new List<(int, string)>();
        foreach (var row in Rows)
        {
            if (encoding.Fault(row.Question) is { } fault)
            {
                faults.Add((row.Line, fault));
                continue;
            }

            try
            {
                var example = encoding.Encode(row.Question);
                examples.Add(example);
                if (example.Length > room)
                {
                    faults.Add(
                        (row.Line, $"prompt and answer have {example.Length:N0} tokens; with the soft prompt, at most {room:N0} "
                            + "fit (--max-tokens, and the model's context)."));
                }
            }
            catch (PromptException exception)
            {
                faults.Add((row.Line, exception.Message));
            }
        }

        ThrowIfAny(Path, faults);
        return examples.ToImmutable();
    }

    private static void ThrowIfAny(string path, List<(int Line, string Reason)> faults)
    {
        if (faults.Count == 0)
        {
            return;
        }

        var shown = faults.Take(MaxFaultsShown).Select(fault => $"  line {fault.Line}: {fault.Reason}");
        var rest = faults.Count > MaxFaultsShown ? $"\n  and {faults.Count - MaxFaultsShown:N0} more" : "";
        throw new InputException(
            $"{path}: {faults.Count:N0} {(faults.Count == 1 ? "row" : "rows")} cannot be learned from; nothing was "
                + $"tuned.\n{string.Join('\n', shown)}{rest}");
    }
}
