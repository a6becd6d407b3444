namespace MedQA.Cli.Terminal;

/// <summary>The exit codes of the command, as listed in docs/cli.md.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Success = 0;

    /// <summary>Something other than the input failed: the storage, the model, the emulator.</summary>
    public const int Failure = 1;

    /// <summary>The command line, a setting, a profile or a question set is invalid.</summary>
    public const int BadInput = 2;

    /// <summary>The run ended, but some of its questions failed for technical reasons.</summary>
    public const int SomeFailed = 3;

    /// <summary>A run waits for approval, and nobody can be asked for it here.</summary>
    public const int NeedsApproval = 4;

    /// <summary>A run does not fulfil a policy.</summary>
    public const int GateFailed = 5;

    /// <summary>The answers do not tell whether a run fulfils a policy.</summary>
    public const int GateInconclusive = 6;

    /// <summary>Stopped by Ctrl-C or a termination signal.</summary>
    public const int Stopped = 130;
}
