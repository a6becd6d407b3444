namespace MedQA.Infrastructure.Tests.Hosting;

/// <summary>What the server answers.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">The body.</param>
/// <param name="Location">Where it leads, if it leads anywhere.</param>
internal sealed record Reply(int Status, string Body = "", string? Location = null);
