using System.CommandLine;
using System.Net;
using MedQA.Client;
using MedQA.Datasets;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Reporting;
using MedQA.Files;
using MedQA.Inference.Checking;
using MedQA.Inference.Models;
using MedQA.Azurite;
using MedQA.Cli.Hosting;
using MedQA.Cli.Hub;
using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Studies;
using Microsoft.Extensions.Logging;

namespace MedQA.Cli.Commands;

/// <summary>Gives commands their work; what goes wrong becomes a sentence and an exit code.</summary>
internal static class CommandWork
{
    /// <summary>Gives a command its work; what goes wrong becomes a sentence and an exit code.</summary>
    /// <param name="command">The command.</param>
    /// <param name="work">Its work.</param>
    /// <param name="writesCsv">Whether its results have a form for spreadsheets.</param>
    public static void Set(Command command, Func<CommandContext, ParseResult, CancellationToken, Task<int>> work, bool writesCsv = false) =>
        command.SetAction((parsed, cancellationToken) => InvokeAsync(parsed, work, writesCsv, cancellationToken));

    private static async Task<int> InvokeAsync(
        ParseResult parsed,
        Func<CommandContext, ParseResult, CancellationToken, Task<int>> work,
        bool writesCsv,
        CancellationToken cancellationToken)
    {
        var console = new HostConsole { Quiet = parsed.GetValue(CommonOptions.Quiet) };
        var log = LogLevel.Warning;
        try
        {
            var settings = HostSettings.Read(CommonOptions.Given(parsed));
            log = settings.Log;
            if (parsed.GetValue(CommonOptions.Output) == OutputFormat.Csv && !writesCsv)
            {
                throw new InputException(
                    "This command writes table or json; --output csv is for lists and answers: `medqa results`, `medqa run`, `medqa "
                        + "profiles`.");
            }

            return await work(new CommandContext(settings, console, parsed.GetValue(CommonOptions.Output)), parsed, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Stopped;
        }
        catch (Exception exception) when (CodeOf(exception) is { } code)
        {
            console.Fault(FullDisk.Describe(exception) is { } fact && exception is not IFullDisk
                ? $"{fact}: free space and run the command again."
                : exception is AggregateException { InnerExceptions: [var first, ..] } ? Unreachable(first)
                : exception.Message);
            if (log <= LogLevel.Debug)
            {
                console.Fault(exception.ToString());
            }

            return code;
        }
    }

    private static int? CodeOf(Exception exception) => exception switch
    {
        NoRegularFileException or NoFolderException or SettingException or InputException or StudyException
            or SoftPromptRefusedException or ProfileException or QuestionSetException or RunComparisonException or ReplayException
            or ReferencesException or MedQAException { Status: < HttpStatusCode.InternalServerError } =>
            ExitCode.BadInput,
        NewerFormatException or AzuriteException or HubException or ModelException
            or MedQAException { Status: null or >= HttpStatusCode.InternalServerError }
            or InvalidDataException or IOException or UnauthorizedAccessException =>
            ExitCode.Failure,
        _ when exception.IsRefusal() || StorageConnection.IsUnreachable(exception) => ExitCode.Failure,
        _ => null,
    };

    /// <summary>What a storage client throws when none of its tries reached the storage: one fault of each.</summary>
    private static string Unreachable(Exception exception) =>
        $"The storage does not answer: {exception.Message.TrimEnd('.')}. Is it started, and is the address in --storage or MEDQA_STORAGE "
            + "right?";
}
