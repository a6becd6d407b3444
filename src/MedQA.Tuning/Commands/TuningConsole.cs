using MedQA.Evaluation;
using MedQA.Files;

namespace MedQA.Tuning.Commands;

/// <summary>Runs a command, and turns exceptions into a message and an exit code like <c>medqa</c>.</summary>
internal static class TuningConsole
{
    private const int Failure = 1;
    /// <summary>The command line or a file is invalid.</summary>
    public const int BadInput = 2;

    private const int Stopped = 130;

    public static async Task<int> InvokeAsync(Func<Task<int>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped. Run the same command again to continue.");
            return Stopped;
        }
        catch (Exception exception) when (CodeOf(exception) is { } code)
        {
            await Console.Error.WriteLineAsync($"medqa tune: {SentenceOf(exception)}");
            return code;
        }
    }

    /// <summary>Returns the message of a fault.</summary>
    public static string SentenceOf(Exception exception) => FullDisk.Describe(exception) is { } fact
        ? $"{fact}: free space and run the same command again to continue from the last checkpoint."
        : exception.Message;

    /// <summary>Returns the exit code of a fault, or <see langword="null"/> for an unexpected one.</summary>
    public static int? CodeOf(Exception exception) => exception switch
    {
        InputException or PathException => BadInput,
        FaultException or InvalidDataException or IOException or UnauthorizedAccessException => Failure,
        _ => null,
    };
}
