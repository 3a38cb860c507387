/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The trace events of the driver, in the trace system mshv_vtl.
 *
 * Owns: their names and fields; see docs/tracing.md. An event that is off costs one
 * no-op instruction.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM mshv_vtl

#if !defined(_MSHV_VTL_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _MSHV_VTL_TRACE_H

#include <linux/tracepoint.h>
#include <linux/types.h>

#define VTL_DELIVERY_REDIRECTED	0
#define VTL_DELIVERY_PROXIED	1

DECLARE_EVENT_CLASS(vtl_mapping,
		    TP_PROTO(int cpu, u32 proxy_vector, u32 vector,
			     unsigned long references, int error),
		    TP_ARGS(cpu, proxy_vector, vector, references, error),
		    TP_STRUCT__entry(__field(unsigned long, references)
				     __field(int, cpu)
				     __field(u32, proxy_vector)
				     __field(u32, vector)
				     __field(int, error)),
		    TP_fast_assign(__entry->references = references;
				   __entry->cpu = cpu;
				   __entry->proxy_vector = proxy_vector;
				   __entry->vector = vector;
				   __entry->error = error;),
		    TP_printk("vp=%d proxy_vector=0x%02x vector=0x%02x references=%lu error=%d",
			      __entry->cpu, __entry->proxy_vector,
			      __entry->vector, __entry->references,
			      __entry->error)
);

/*
 * A map call took a reference, or failed: then @error says why, and unknown values
 * are 0 (an unknown CPU is -1). @references is the sum over all VTL files.
 */
DEFINE_EVENT(vtl_mapping, vtl_map,
	     TP_PROTO(int cpu, u32 proxy_vector, u32 vector,
		      unsigned long references, int error),
	     TP_ARGS(cpu, proxy_vector, vector, references, error)
);

/* An unmap call dropped a reference, or failed. After the last one, @references is 0. */
DEFINE_EVENT(vtl_mapping, vtl_unmap,
	     TP_PROTO(int cpu, u32 proxy_vector, u32 vector,
		      unsigned long references, int error),
	     TP_ARGS(cpu, proxy_vector, vector, references, error)
);

DECLARE_EVENT_CLASS(vtl_arrival,
		    TP_PROTO(unsigned int cpu, u32 proxy_vector, u32 vector,
			     u8 delivery),
		    TP_ARGS(cpu, proxy_vector, vector, delivery),
		    TP_STRUCT__entry(__field(unsigned int, cpu)
				     __field(u32, proxy_vector)
				     __field(u32, vector)
				     __field(u8, delivery)),
		    TP_fast_assign(__entry->cpu = cpu;
				   __entry->proxy_vector = proxy_vector;
				   __entry->vector = vector;
				   __entry->delivery = delivery;),
		    TP_printk("vp=%u proxy_vector=0x%02x vector=0x%02x delivery=%s",
			      __entry->cpu, __entry->proxy_vector,
			      __entry->vector,
			      __print_symbolic(__entry->delivery,
					       { VTL_DELIVERY_REDIRECTED, "redirected" },
					       { VTL_DELIVERY_PROXIED, "proxied" }))
);

/* An interrupt has set its bit. @vector is 0 if it arrived in a message. */
DEFINE_EVENT(vtl_arrival, vtl_relay,
	     TP_PROTO(unsigned int cpu, u32 proxy_vector, u32 vector, u8 delivery),
	     TP_ARGS(cpu, proxy_vector, vector, delivery)
);

/* An interrupt has arrived that the VMM blocks. */
DEFINE_EVENT(vtl_arrival, vtl_blocked,
	     TP_PROTO(unsigned int cpu, u32 proxy_vector, u32 vector, u8 delivery),
	     TP_ARGS(cpu, proxy_vector, vector, delivery)
);

/* VTL0 is entered. */
TRACE_EVENT(vtl_enter,
	    TP_PROTO(unsigned int cpu),
	    TP_ARGS(cpu),
	    TP_STRUCT__entry(__field(unsigned int, cpu)),
	    TP_fast_assign(__entry->cpu = cpu;),
	    TP_printk("vp=%u", __entry->cpu)
);

/*
 * VTL0 has exited. @reason depends on the architecture; @handled: 1: handled without the
 * VMM, 0: returned to the VMM, below 0: an errno for the VMM.
 */
TRACE_EVENT(vtl_exit,
	    TP_PROTO(unsigned int cpu, u64 reason, int handled),
	    TP_ARGS(cpu, reason, handled),
	    TP_STRUCT__entry(__field(u64, reason)
			     __field(unsigned int, cpu)
			     __field(int, handled)),
	    TP_fast_assign(__entry->reason = reason;
			   __entry->cpu = cpu;
			   __entry->handled = handled;),
	    TP_printk("vp=%u reason=0x%016llx handled=%d", __entry->cpu,
		      __entry->reason, __entry->handled)
);

#endif /* _MSHV_VTL_TRACE_H */

/* define_trace.h includes this file again, from this folder. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
