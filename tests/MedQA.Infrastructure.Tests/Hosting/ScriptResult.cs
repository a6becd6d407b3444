namespace MedQA.Infrastructure.Tests.Hosting;

/// <summary>How a script ended.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Told">What it told on the standard error output.</param>
internal sealed record ScriptResult(int Code, string Output, string Told);
