using MedQA.Evaluation;
using MedQA.Files;

namespace MedQA.Tuning.Commands;

/// <summary>Does a command's work; what goes wrong becomes a sentence and an exit code, as of <c>medqa</c>.</summary>
internal static class TuningConsole
{
    private const int Failure = 1;
    /// <summary>The command line or a file cannot be used.</summary>
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

    /// <summary>What people are told of a fault.</summary>
    public static string SentenceOf(Exception exception) => FullDisk.Describe(exception) is { } fact
        ? $"{fact}: free space and give the same command again, which goes on from the last checkpoint."
        : exception.Message;

    /// <summary>The exit code of a fault, or <see langword="null"/> for one that nobody has thought of.</summary>
    public static int? CodeOf(Exception exception) => exception switch
    {
        InputException or PathException => BadInput,
        FaultException or InvalidDataException or IOException or UnauthorizedAccessException => Failure,
        _ => null,
    };
}
