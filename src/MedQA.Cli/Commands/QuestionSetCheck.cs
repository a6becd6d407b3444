using MedQA.Cli.Terminal;
using MedQA.Datasets;
using MedQA.Datasets.Reading;
using MedQA.Evaluation;
using MedQA.Evaluation.Questions;
using MedQA.Files;

namespace MedQA.Cli.Commands;

/// <summary>Checks question sets before anything is started or stored for them.</summary>
internal static class QuestionSetCheck
{
    /// <summary>Opens a question set that a command names; a pipe is read to its end.</summary>
    /// <exception cref="InputException">The file does not exist.</exception>
    /// <exception cref="PathException">It is not a file.</exception>
    public static Task<InputFile> OpenAsync(HostConsole console, string file, CancellationToken cancellationToken) =>
        RegularFile.KindOf(file) switch
        {
            PathKind.Missing => throw new InputException($"No such file: {file}."),
            PathKind.Folder =>
                throw new InputException($"{file} is a folder; name the question sets in it, or combine them with `medqa import`."),
            _ => InputFile.OpenAsync(file, console.Note, cancellationToken),
        };

    /// <summary>Reads a whole question set and reports the rejected rows.</summary>
    /// <param name="console">Receives the reports of rejected rows.</param>
    /// <param name="file">The file.</param>
    /// <param name="reading">How to read it.</param>
    /// <param name="tally">Counts the rows.</param>
    /// <param name="accept">Receives every question.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The rejected rows.</returns>
    /// <exception cref="InputException">No row can be used.</exception>
    /// <exception cref="InputException">The file is not a question set.</exception>
    public static async Task<IReadOnlyList<RejectedRow>> ReadAsync(
        HostConsole console,
        InputFile file,
        SetReading reading,
        QuestionSetTally tally,
        Action<Question> accept,
        CancellationToken cancellationToken)
    {
        await using var content = file.OpenRead();
        var rejected = new List<RejectedRow>();
        var noted = tally.Readings.Count;
        var options = new QuestionSetOptions
        {
            FileName = file.Name,
            Noted = tally.Note
        }.With(reading);
        var before = tally.Accepted;
        await foreach (var row in QuestionSetReader.ReadAsync(content, options, cancellationToken))
        {
            tally.Add(row);
            switch (row)
            {
                case AcceptedRow good:
                    accept(good.Question);
                    break;
                case RejectedRow bad:
                    rejected.Add(bad);
                    break;
            }
        }

        if (tally.Accepted == before)
        {
            var first = rejected[0];
            throw new InputException(
                $"{file}: none of its {rejected.Count:#,0} rows can be used. The first is at line {first.Line}: {first.Reason}");
        }

        foreach (var note in tally.Readings.Skip(noted))
        {
            console.Note($"{file}: {note}");
        }

        const int Shown = 5;
        foreach (var row in rejected.Take(Shown))
        {
            console.Note($"{file}, line {row.Line}{(row.Id is { } id ? $" ({id})" : "")}: rejected, {row.Reason}");
        }

        if (rejected.Count > Shown)
        {
            var more = rejected.Count - Shown;
            console.Note($"{file}: {more:#,0} more {(more == 1 ? "row" : "rows")} rejected; the run's rejected.csv lists them all.");
        }

        return rejected;
    }
}
