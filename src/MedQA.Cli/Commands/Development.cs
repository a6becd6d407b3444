using System.Text.Json;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Terminal;
using MedQA.Evaluation;
using MedQA.Evaluation.Reporting;
using MedQA.Files;

namespace MedQA.Cli.Commands;

/// <summary>Finds the development run that gives other runs a guaranteed threshold of agreement.</summary>
internal static class Development
{
    /// <summary>Throws early, before the storage is started, for a value that is neither a file nor a possible run name.</summary>
    /// <exception cref="InputException">It is neither.</exception>
    public static void CheckName(string? runOrFile)
    {
        if (runOrFile is { Length: > 0 } && RegularFile.KindOf(runOrFile) == PathKind.Missing && !runOrFile.All(char.IsAsciiLetterOrDigit))
        {
            throw InputException.Of("--dev", $"is '{runOrFile}': there is no such file, and no run can have that name.");
        }
    }

    /// <summary>Reads the report of a finished run by name, or from a file written by <c>medqa export</c>.</summary>
    /// <exception cref="InputException">The run or report does not exist.</exception>
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
                new FaultLocation(),
                $"{runOrFile} is not the report.json of a run",
                $"`medqa export RUN` writes one; `medqa run FILE --dev {runOrFile}` asks the questions of a development file "
                    + "first");
        }
    }

    /// <summary>Reads the report of a run.</summary>
    /// <exception cref="InputException">The run has no report yet.</exception>
    public static async Task<RunReport> ReadAsync(CalledService service, RunResource run, CancellationToken cancellationToken)
    {
        await using var content = await service.TryOpenFileAsync(run.Id, "report.json", cancellationToken)
            ?? throw new InputException($"Run {run.Id} has no report yet: it is {StateText.Of(run.State)}.");
        return await JsonSerializer.DeserializeAsync(content, ReportJson.Default.RunReport, cancellationToken)
            ?? throw new InputException($"The report of run {run.Id} is empty.");
    }
}
