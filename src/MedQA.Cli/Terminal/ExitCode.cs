namespace MedQA.Cli.Terminal;

/// <summary>What the command's exit code says; docs/cli.md lists them.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Success = 0;

    /// <summary>Something failed that the input is not to blame for: the storage, the model, the emulator.</summary>
    public const int Failure = 1;

    /// <summary>The command line, a setting, a profile or a question set cannot be used.</summary>
    public const int BadInput = 2;

    /// <summary>The run ended, but infrastructure failed to answer some of its questions.</summary>
    public const int SomeFailed = 3;

    /// <summary>Stopped by Ctrl-C or a termination signal.</summary>
    public const int Stopped = 130;
}
