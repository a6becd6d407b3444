using System.CommandLine;
using System.Net;
using MedQA.Client;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Files;
using MedQA.Cli.Hosting;
using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;
using MedQA.Pipeline.Storage;
using Microsoft.Extensions.Logging;

namespace MedQA.Cli.Commands;

/// <summary>Sets the actions of commands, and turns exceptions into a message and an exit code.</summary>
internal static class CommandWork
{
    /// <summary>Sets the action of a command, and turns exceptions into a message and an exit code.</summary>
    /// <param name="command">The command.</param>
    /// <param name="work">The action.</param>
    /// <param name="writesCsv">Whether it can write its results as CSV.</param>
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
            var given = CommonOptions.Given(parsed);
            var settings = HostSettings.Read(given) with
            {
                Confirmed = parsed.GetValue(CommonOptions.Yes),
                ChosenModel = given.GetValueOrDefault("model"),
            };
            log = settings.Log;
            if (parsed.GetValue(CommonOptions.Output) == OutputFormat.Csv && !writesCsv)
            {
                throw new InputException(
                    "This command writes table or json. Lists and answers can be csv: `medqa results`, `medqa run`, `medqa profiles`.");
            }

            return await work(new CommandContext(settings, console, parsed.GetValue(CommonOptions.Output)), parsed, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Stopped;
        }
        catch (Exception exception) when (CodeOf(exception) is { } code)
        {
            console.Fault(SentenceOf(exception));
            if (log <= LogLevel.Debug)
            {
                console.Fault(exception.ToString());
            }

            return code;
        }
    }

    /// <summary>Returns the exit code of a fault, or <see langword="null"/> for an unexpected one.</summary>
    public static int? CodeOf(Exception fault) => fault switch
    {
        InputException or PathException or MedQAException { Status: < HttpStatusCode.InternalServerError } => ExitCode.BadInput,
        ModelUnavailableException or AnswerRefusedException => ExitCode.Failure,
        FaultException or MedQAException or InvalidDataException or IOException or UnauthorizedAccessException => ExitCode.Failure,
        _ when fault.IsRefusal() || StorageConnection.IsUnreachable(fault) => ExitCode.Failure,
        _ => null,
    };

    /// <summary>Returns the message of a fault.</summary>
    public static string SentenceOf(Exception fault) => FullDisk.Describe(fault) is { } fact && fault is not IFullDisk
        ? $"{fact}: free space and run the command again."
        : fault is AggregateException { InnerExceptions: [var first, ..] } ? Unreachable(first)
        : fault.Message;

    /// <summary>Describes the exception of a storage client whose attempts all failed to reach the storage.</summary>
    private static string Unreachable(Exception exception) =>
        $"The storage does not answer: {exception.Message.TrimEnd('.')}. Is it running, and is the address in --storage or MEDQA_STORAGE "
            + "correct?";
}
