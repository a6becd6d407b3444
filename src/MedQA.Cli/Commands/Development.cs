using System.Text.Json;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Terminal;
using MedQA.Evaluation;
using MedQA.Evaluation.Reporting;
using MedQA.Files;

namespace MedQA.Cli.Commands;

/// <summary>The development run, from which other runs have a threshold of agreement that is guaranteed to hold.</summary>
internal static class Development
{
    /// <summary>Refuses what is neither a file nor can be a run's name, before anything is started to look for the run.</summary>
    /// <exception cref="InputException">It is neither.</exception>
    public static void CheckName(string? runOrFile)
    {
        if (runOrFile is { Length: > 0 } && RegularFile.KindOf(runOrFile) == PathKind.Missing && !runOrFile.All(char.IsAsciiLetterOrDigit))
        {
            throw InputException.Of("--dev", $"is '{runOrFile}': there is no such file, and no run is called so.");
        }
    }

    /// <summary>The report of a finished run by its name, or the one that <c>medqa export</c> wrote into a file.</summary>
    /// <exception cref="InputException">There is no such run or report.</exception>
    public static async Task<RunReport> ReadAsync(
        CommandContext context, CalledService service, string runOrFile, CancellationToken cancellationToken)
    {
        if (RegularFile.KindOf(runOrFile) is PathKind.Missing or PathKind.Folder)
        {
            return await ReadAsync(service, await service.FindRunAsync(runOrFile, cancellationToken), cancellationToken);
        }

        try
        {
            using var input = await InputFile.OpenAsync(runOrFile, context.Console.Note, cancellationToken);
            return ReportJson.Read(await RegularFile.ReadAllBytesAsync(input.Path, cancellationToken));
        }
        catch (JsonException)
        {
            throw new InputException(
                $"{runOrFile} is no report.json of a run. `medqa export RUN` writes one; `medqa run FILE --dev {runOrFile}` asks the "
                    + "questions of a development file first.");
        }
    }

    /// <summary>The report of a run.</summary>
    /// <exception cref="InputException">It has none yet.</exception>
    public static async Task<RunReport> ReadAsync(CalledService service, RunResource run, CancellationToken cancellationToken)
    {
        await using var content = await service.TryOpenFileAsync(run.Id, "report.json", cancellationToken)
            ?? throw new InputException($"Run {run.Id} has no report yet: it is {StateText.Of(run.State)}.");
        return await JsonSerializer.DeserializeAsync(content, ReportJson.Default.RunReport, cancellationToken)
            ?? throw new InputException($"The report of run {run.Id} is empty.");
    }
}
