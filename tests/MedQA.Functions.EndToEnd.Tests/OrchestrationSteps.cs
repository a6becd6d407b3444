namespace MedQA.Functions.EndToEnd.Tests;

/// <summary>Counts the steps that orchestrations do; those that the queue <c>advance</c> asks for are not among them.</summary>
public sealed class OrchestrationSteps
{
    private int _count;

    /// <summary>The steps so far.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Counts one.</summary>
    public void Add() => Interlocked.Increment(ref _count);
}
