using MedQA.Cli.Terminal;
using MedQA.Datasets;
using MedQA.Datasets.Reading;
using MedQA.Evaluation;
using MedQA.Evaluation.Questions;
using MedQA.Files;

namespace MedQA.Cli.Commands;

/// <summary>Looks at question sets before anything is started or stored for them.</summary>
internal static class QuestionSetCheck
{
    /// <summary>Takes a question set that a command names; one that comes out of a pipe is read to its end.</summary>
    /// <exception cref="InputException">There is no such file.</exception>
    /// <exception cref="PathException">It is no file.</exception>
    public static Task<InputFile> OpenAsync(HostConsole console, string file, CancellationToken cancellationToken) =>
        RegularFile.KindOf(file) switch
        {
            PathKind.Missing => throw new InputException($"There is no file {file}."),
            PathKind.Folder =>
                throw new InputException($"{file} is a folder; name the question sets in it, or make one set of them with `medqa import`."),
            _ => InputFile.OpenAsync(file, console.Note, cancellationToken),
        };

    /// <summary>Reads a question set to its end and says which rows are left out.</summary>
    /// <param name="console">Is told of rows that cannot be used.</param>
    /// <param name="file">The file.</param>
    /// <param name="reading">How it is to be read.</param>
    /// <param name="tally">Counts the rows.</param>
    /// <param name="accept">Is given every question.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The rows that are left out.</returns>
    /// <exception cref="InputException">Nothing of it can be used.</exception>
    /// <exception cref="InputException">The file is no question set.</exception>
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
            AnswerNotation = reading.Notation,
            DropsFillers = reading.DropsFillers,
            Noted = tally.Note
        };
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
            console.Note($"{file}, line {row.Line}{(row.Id is { } id ? $" ({id})" : "")}: left out, {row.Reason}");
        }

        if (rejected.Count > Shown)
        {
            console.Note($"{file}: {rejected.Count - Shown:#,0} more rows are left out; the run's rejected.csv lists them all.");
        }

        return rejected;
    }
}
